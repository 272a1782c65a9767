"""Writes notebooks as Markdown pages for Doxygen, with what their cells print where they can be run.

    python docs/notebook_pages.py [--not-run] FOLDER NOTEBOOK ...

A notebook runs where nbclient, ipykernel and all that it names in its metadata are there ("plstm": {"packages": [...],
"files": [...]}); otherwise the page says what was missing. Needs nothing but Python. A cell that fails is an error.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import sys
from pathlib import Path

RUNNERS = ["nbclient", "ipykernel"]


def lacks(notebook: dict) -> str:
    """What running it needs and is not there, in words; empty if nothing is."""
    needs = notebook["metadata"].get("plstm", {})
    packages = [name for name in [*RUNNERS, *needs.get("packages", [])] if importlib.util.find_spec(name) is None]
    files = [file for file in needs.get("files", []) if not Path(file).is_file()]
    return ", ".join(packages + files)


def run(path: Path) -> dict:
    """The notebook with its outputs. Raises the error of a cell that fails."""
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    # Files that only this user may open, instead of ports of the network.
    config = Config({"KernelManager": {"transport": "ipc"}})
    NotebookClient(notebook, timeout=600, kernel_name="python3", config=config).execute()
    return json.loads(nbformat.writes(notebook))


def joined_streams(outputs: list[dict]) -> list[dict]:
    """What a cell prints bit by bit is one output."""
    joined: list[dict] = []
    for output in outputs:
        if joined and output["output_type"] == "stream" and joined[-1].get("name") == output["name"]:
            joined[-1] = {**output, "text": text_of(joined[-1]["text"]) + text_of(output["text"])}
        else:
            joined.append(output)
    return joined


def text_of(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def block(text: str, language: str = "") -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def output_page(output: dict, image: Path) -> str:
    """What an output shows. Pictures become files beside the page."""
    if output["output_type"] == "stream":
        return block(text_of(output["text"]))
    data = output.get("data", {})
    if "image/png" in data:
        image.with_suffix(".png").write_bytes(base64.b64decode(text_of(data["image/png"])))
        return f"![]({image.stem}.png)\n"
    if "image/svg+xml" in data:
        image.with_suffix(".svg").write_text(text_of(data["image/svg+xml"]))
        return f"![]({image.stem}.svg)\n"
    return block(text_of(data["text/plain"])) if "text/plain" in data else ""


def page(notebook: dict, stem: str, folder: Path, note: str) -> str:
    parts = []
    for number, cell in enumerate(notebook["cells"]):
        source = text_of(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source + "\n")
            if note and number == 0:
                parts.append(note + "\n")
            continue
        parts.append(block(source, "python"))
        for i, output in enumerate(joined_streams(cell["outputs"])):
            parts.append(output_page(output, folder / f"{stem}-{number}-{i}"))
    return "\n".join(parts)


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--not-run"]
    if len(arguments) < 2:
        print("usage: notebook_pages.py [--not-run] FOLDER NOTEBOOK ...", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("notebook-*"):
        old.unlink()
    for path in map(Path, arguments[1:]):
        notebook, note = json.loads(path.read_text()), ""
        missing = lacks(notebook)
        if "--not-run" in sys.argv:
            note = "This page shows no outputs, as the site was written without running notebooks."
        elif missing:
            note = f"This page shows no outputs, as the site was written without {missing}."
            print(f"{path.name} is shown without outputs: there is no {missing}")
        else:
            notebook = run(path)
        stem = f"notebook-{path.stem}"
        (folder / f"{stem}.md").write_text(page(notebook, stem, folder, note))
    return 0


if __name__ == "__main__":
    sys.exit(main())
