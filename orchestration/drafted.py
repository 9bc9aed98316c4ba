"""What `weft new-source` found out and wrote, for people.

Comes in: a draft. Goes out: text. Called by the `weft` command.
"""

from rich.console import Console

from extractors.drafting.draft import Draft


def print_draft(name: str, draft: Draft, console: Console) -> None:
    """Print each file as understood, with the reasons, and what to do next."""

    def say(text: str) -> None:
        console.print(text, markup=False)

    for entity in draft.entities:
        form = ", ".join(f"{option} {value!r}" for option, value in entity.sample.format.items())
        say(f"{entity.sample.path.name}: {entity.sample.rows:,} rows, {form}")
        say(f"  key: {', '.join(entity.key)} ({entity.key_reason})")
        for meaning in entity.meanings.values():
            say(f"  {meaning.reason}")
        personal = [column.name for column in entity.columns if column.personal]
        if personal:
            say(f"  personal data: {', '.join(personal)}")
        say(f"  feeds: {', '.join(entity.canonical) or 'nothing yet: no canonical entity was recognised'}")
    say("\nWrote:")
    for path in draft.files:
        say(f"  {path}")
    say(
        f"\nNext:\n  1. Read the comments in the pack and the models, and correct what is wrong.\n"
        f'  2. Name the system in weft.toml:\n       [systems.{name}]\n       pack = "{name}"\n       inbox = "inbox/{name}"\n'
        "  3. Put the exports into that inbox, and call weft run."
    )
