"""Text as people send it: tidied, and never empty where something has to stand."""

from headway.engine.errors import Invalid


def tidy_text(text: str) -> str:
    """Text without surrounding blanks and without characters that no database can keep."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()


def check_text(text: str, noun: str, field: str) -> str:
    """The tidied text, which may not be empty."""
    text = tidy_text(text)
    if not text:
        raise Invalid(f"The {noun} is empty; write at least a word.", code="empty", field=field, value="")
    return text
