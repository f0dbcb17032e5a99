from datetime import UTC, datetime

SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 15, tzinfo=UTC)
