"""``headway user`` and ``headway token``."""

import subprocess
from collections.abc import Callable

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_help_lists_every_command_and_documents_the_exit_codes(headway: Run) -> None:
    done = headway("--help")
    assert done.returncode == 0
    assert "Exit codes: 0 done, 1 refused with a sentence, 2 wrong usage." in done.stdout


def test_an_unknown_command_is_wrong_usage(headway: Run) -> None:
    done = headway("fly")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'fly'" in done.stderr


def test_a_wrong_setting_is_told_in_a_sentence(headway: Run) -> None:
    done = headway("doctor", HEADWAY_PORT="many")
    assert done.returncode == 1
    assert done.stderr.startswith("headway: These settings need correcting:\n  HEADWAY_PORT = 'many'")


def test_commands_refuse_a_database_that_is_not_prepared(headway: Run) -> None:
    done = headway("user", "list")
    assert done.returncode == 1
    assert "Run “headway migrate” first" in done.stderr


def test_a_database_out_of_reach_is_told_in_a_sentence(headway: Run) -> None:
    done = headway("user", "list", HEADWAY_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("headway: The database does not answer (HEADWAY_DATABASE_URL): ")
    assert len(done.stderr.splitlines()) == 1


def test_accounts_are_added_marked_disabled_and_listed(prepared: Run) -> None:
    added = prepared(
        "user", "add", "Ada@Example.com", "--name", "Ada Nkemelu", "--password-stdin", say="a calm blue otter\n"
    )
    assert (added.returncode, added.stdout) == (0, "ada@example.com can sign in.\n")
    assert prepared("user", "staff", "ada@example.com").returncode == 0
    assert prepared("user", "disable", "ada@example.com").returncode == 0
    assert prepared("user", "list").stdout == "ada@example.com\tAda Nkemelu\tstaff,disabled\t-\n"
    assert prepared("user", "enable", "ada@example.com").returncode == 0
    assert prepared("user", "staff", "ada@example.com", "--off").returncode == 0
    assert prepared("user", "list").stdout == "ada@example.com\tAda Nkemelu\t-\t-\n"


def test_a_weak_password_and_a_second_account_are_refused(prepared: Run) -> None:
    weak = prepared("user", "add", "ada@example.com", "--password-stdin", say="12345\n")
    assert weak.returncode == 1
    assert "too short" in weak.stderr
    assert prepared("user", "list").stdout == ""
    assert prepared("user", "add", "ada@example.com", "--generate").returncode == 0
    again = prepared("user", "add", "ADA@example.com", "--generate")
    assert again.returncode == 1
    assert "There is an account ada@example.com already" in again.stderr


def test_an_unknown_account_is_refused_in_a_sentence(prepared: Run) -> None:
    done = prepared("user", "password", "nobody@example.com", "--generate")
    assert done.returncode == 1
    assert done.stderr == "headway: There is no account nobody@example.com; see “headway user list”.\n"


def test_a_token_is_shown_once_listed_and_withdrawn(prepared: Run) -> None:
    prepared("user", "add", "ada@example.com", "--generate")
    made = prepared("token", "add", "ada@example.com", "Nightly report", "--scope", "read", "--scope", "work")
    assert made.returncode == 0
    secret = made.stdout.strip()
    assert secret.startswith("hw_")
    listed = prepared("token", "list", "ada@example.com").stdout
    assert listed.split("\t")[:4] == ["1", "Nightly report", "read,work", "all trains"]
    assert secret not in listed
    assert prepared("token", "withdraw", "ada@example.com", "1").returncode == 0
    assert prepared("token", "list", "ada@example.com").stdout == ""
    assert prepared("token", "withdraw", "ada@example.com", "1").stderr == "headway: You have no such token.\n"


def test_an_unknown_scope_is_wrong_usage(prepared: Run) -> None:
    assert prepared("token", "add", "ada@example.com", "x", "--scope", "everything").returncode == 2
