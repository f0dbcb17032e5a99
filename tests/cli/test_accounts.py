"""``headway user`` and ``headway token``."""

from tests.cli.conftest import Run


def test_accounts_are_added_marked_disabled_and_listed(headway: Run) -> None:
    named = ("--name", "Ada Nkemelu", "--password-stdin")
    added = headway("user", "add", "Ada@Example.com", *named, say="a calm blue otter\n")
    assert added == (0, "ada@example.com can sign in.\n", "")
    assert headway("user", "staff", "ada@example.com").code == 0
    assert headway("user", "disable", "ada@example.com").code == 0
    assert headway("user", "list").out == "ada@example.com\tAda Nkemelu\tstaff,disabled\t-\n"
    assert headway("user", "enable", "ada@example.com").code == 0
    assert headway("user", "staff", "ada@example.com", "--off").code == 0
    assert headway("user", "list").out == "ada@example.com\tAda Nkemelu\t-\t-\n"


def test_a_weak_password_and_a_second_account_are_refused(headway: Run) -> None:
    weak = headway("user", "add", "ada@example.com", "--password-stdin", say="12345\n")
    assert weak.code == 1
    assert "too short" in weak.err
    assert headway("user", "list").out == ""
    assert headway("user", "add", "ada@example.com", "--generate").code == 0
    again = headway("user", "add", "ADA@example.com", "--generate")
    assert again.code == 1
    assert "There is an account ada@example.com already" in again.err


def test_an_unknown_account_and_a_wrong_address_are_refused_in_a_sentence(headway: Run) -> None:
    unknown = headway("user", "password", "nobody@example.com", "--generate")
    assert unknown == (1, "", "headway: There is no account nobody@example.com; see “headway user list”.\n")
    wrong = headway("user", "add", "ada", "--generate")
    assert wrong == (1, "", "headway: 'ada' is no e-mail address; people sign in with one.\n")


def test_a_token_is_shown_once_listed_and_withdrawn(headway: Run) -> None:
    headway("user", "add", "ada@example.com", "--generate")
    made = headway("token", "add", "ada@example.com", "Nightly report", "--scope", "read", "--scope", "work")
    assert made.code == 0
    secret = made.out.strip()
    assert secret.startswith("hw_")
    listed = headway("token", "list", "ada@example.com").out
    number, *told = listed.split("\t")
    assert told[:3] == ["Nightly report", "read,work", "all trains"]
    assert secret not in listed
    assert headway("token", "withdraw", "ada@example.com", number).code == 0
    assert headway("token", "list", "ada@example.com").out == ""
    assert headway("token", "withdraw", "ada@example.com", number).err == "headway: You have no such token.\n"


def test_wrong_usage_has_an_exit_code_of_its_own(headway: Run) -> None:
    assert headway("token", "add", "ada@example.com", "x", "--scope", "everything").code == 2
    assert headway("user", "add").code == 2
    unknown = headway("fly")
    assert (unknown.code, unknown.out) == (2, "")
    assert "No such command 'fly'" in unknown.err


def test_help_lists_every_command_and_documents_the_exit_codes(headway: Run) -> None:
    done = headway("--help")
    assert done.code == 0
    assert "Exit codes: 0 done, 1 refused with a sentence, 2 wrong usage." in done.out
    commands = [line.split()[0] for line in done.out.partition("Commands:")[2].splitlines() if line[:3].strip()]
    assert {"serve", "demo", "import", "export", "user", "token", "backup", "restore", "doctor"} <= set(commands)
    for command in commands:
        if not command.startswith("Exit"):
            assert headway(command, "--help").code == 0
