"""Writes the reference of the Python package as Markdown pages for Doxygen: one for each module and each class.

    python docs/python_reference.py FOLDER

Signatures and docstrings come from the sources and type stubs of the plstm that this interpreter finds. It is imported,
which needs NumPy; plstm.torch is read only, so that its reference needs no torch. A public name without a docstring is
an error. Without plstm there is one page, which says so.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MODULES = {"plstm": "__init__.py", "plstm.torch": "torch/__init__.py"}


@dataclass
class Callable:
    """A function, method or property."""

    name: str
    signature: str
    doc: str


@dataclass
class Class:
    name: str
    bases: list[str]
    doc: str
    make: Callable | None = None  # the constructor
    members: list[Callable] = field(default_factory=list)


@dataclass
class Module:
    name: str
    doc: str
    classes: list[Class]
    errors: list[Class]
    functions: list[Callable]


# --- what there is


def definitions(package: Path) -> dict[str, ast.stmt]:
    """Classes and functions of all files of the package by name."""
    found: dict[str, ast.stmt] = {}
    for file in [*sorted(package.glob("*.py")), *sorted(package.glob("torch/*.py")), *sorted(package.glob("*.pyi"))]:
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                found.setdefault(node.name, node)
    return found


def public_names(tree: ast.Module) -> list[str]:
    """What __all__ lists."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    raise ValueError("a module has no __all__")


def read_modules() -> list[Module]:
    """The modules of the package that this interpreter finds."""
    plstm = importlib.import_module("plstm")
    package = Path(plstm.__file__).parent
    known = definitions(package)
    # Docstrings that are put together, and those of errors, are there after importing.
    imported = {name: inspect.cleandoc(getattr(plstm, name).__doc__ or "") for name in plstm.__all__}
    seen: set[str] = set()
    modules = []
    for name, file in MODULES.items():
        tree = ast.parse((package / file).read_text())
        module = Module(name, ast.get_docstring(tree) or "", [], [], [])
        for public in public_names(tree):
            if public in seen:  # it is a name of plstm, too
                continue
            seen.add(public)
            node = known[public]
            if isinstance(node, ast.FunctionDef):
                module.functions.append(read_callable(node))
                continue
            of_class = read_class(node, known, imported.get(public, ""))
            is_error = public.endswith(("Error", "Warning"))
            (module.errors if is_error else module.classes).append(of_class)
        modules.append(module)
    return modules


def read_class(node: ast.ClassDef, known: dict[str, ast.stmt], imported_doc: str) -> Class:
    bases = [ast.unparse(base) for base in node.bases]
    bases = [base for base in bases if not base.split(".")[-1].startswith("_")]
    result = Class(node.name, bases, ast.get_docstring(node) or imported_doc)
    for member in members_of(node, known).values():
        made = read_callable(member)
        if member.name == "__init__":
            result.make = made
        elif not member.name.startswith("_") or (member.name.startswith("__") and made.doc):
            result.members.append(made)
    return result


def members_of(node: ast.ClassDef, known: dict[str, ast.stmt]) -> dict[str, ast.FunctionDef]:
    """Methods and properties by name, with those of base classes of the package: those of the class come first."""
    members: dict[str, ast.FunctionDef] = {}
    for member in node.body:
        # Of overloads the one with a docstring.
        if isinstance(member, ast.FunctionDef) and (member.name not in members or ast.get_docstring(member)):
            members[member.name] = member
    for base in node.bases:
        # What stands in for scikit-learn's classes is not ours to document.
        if isinstance(base, ast.Name) and base.id in known and not base.id.endswith(("BaseEstimator", "Mixin")):
            for name, member in members_of(known[base.id], known).items():
                members.setdefault(name, member)
    return members


def read_callable(node: ast.FunctionDef) -> Callable:
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    decorators = [f"@{name}\n" for name in decorators if name in ("property", "staticmethod", "classmethod")]
    doc = ast.get_docstring(node) or ""
    returns = f" -> {type_text(node.returns)}" if node.returns is not None and node.name != "__init__" else ""
    if "@property\n" in decorators:
        return Callable(node.name, f"@property\n{node.name}{returns}", doc)
    arguments = list(argument_texts(node.args))
    if arguments and arguments[0] in ("self", "cls"):
        del arguments[0]
    line = f"{node.name}({', '.join(arguments)}){returns}"
    if len(line) > 100:
        line = f"{node.name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + f"){returns}"
    return Callable(node.name, "".join(decorators) + line, doc)


def argument_texts(arguments: ast.arguments) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    for i, (argument, default) in enumerate(zip(positional, defaults)):
        yield argument_text(argument, default)
        if arguments.posonlyargs and i + 1 == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield "*" + argument_text(arguments.vararg, None)
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        yield argument_text(argument, default)
    if arguments.kwarg:
        yield "**" + argument_text(arguments.kwarg, None)


def argument_text(argument: ast.arg, default: ast.expr | None) -> str:
    text = argument.arg
    if argument.annotation is not None:
        text += f": {type_text(argument.annotation)}"
    if default is not None:
        text += f" = {ast.unparse(default)}" if argument.annotation is not None else f"={ast.unparse(default)}"
    return text


class _Shorter(ast.NodeTransformer):
    """Of a type of nanobind the array that it is, without what it demands of memory."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "Annotated":
            return node.slice.elts[0]
        return node


def type_text(node: ast.expr) -> str:
    text = ast.unparse(_Shorter().visit(node))
    return text.replace("numpy.", "").replace("typing.", "")


def undocumented(modules: list[Module]) -> list[str]:
    """Public names that have no docstring."""
    missing = []
    for module in modules:
        missing += [f"{module.name}.{item.name}" for item in [*module.classes, *module.errors, *module.functions]
                    if not item.doc]  # fmt: skip
        for item in module.classes:
            missing += [f"{module.name}.{item.name}.{member.name}" for member in item.members if not member.doc]
        missing += [] if module.doc else [module.name]
    return missing


# --- pages

CLASS_PAGES: dict[str, str] = {}  # the pages that names of classes lead to


def page_name(module: str, name: str = "") -> str:
    return "python-" + (f"{module}-{name}" if name else module).replace(".", "-")


TOKEN = re.compile(
    r"`[^`]*`"  # code
    r"|\[[^\]]*\]"  # a shape
    r"|docs/(?P<page>[\w-]+)\.md"
    r"|[A-Za-z_][\w.]*\w\(\)"  # a call
    r"|[A-Za-z_]\w*(?:\.\w+)*(?:\[[^\]]*\])?"  # a name or a word, or a part of an array
    r"|[<>*#@\\]"
)


def prose(text: str, own: str = "") -> str:
    """Text of a docstring: what Markdown or Doxygen would take as marks stays what it is."""

    def one(match: re.Match) -> str:
        token = match[0]
        if token[0] == "`":
            return token
        if token[0] == "[":
            return f"`{token}`"
        if match["page"]:
            return f"[{token}]({match['page']}.md)"
        if token in CLASS_PAGES and token != own:
            return f"[{token}]({CLASS_PAGES[token]}.md)"
        if "_" in token or token.endswith(("()", "]")) or token.startswith("plstm."):
            return f"`{token}`"
        if token in "<>":
            return "&lt;" if token == "<" else "&gt;"
        return "\\" + token if token in "*#@\\" else token

    return TOKEN.sub(one, text)


def markdown(doc: str, own: str = "") -> str:
    """A docstring as Markdown. What is indented is code, or a list of names with what they mean."""
    parts: list[str] = []
    lines = doc.splitlines()
    while lines:
        if not lines[0].strip():
            del lines[0]
            continue
        indented = lines[0].startswith("    ")
        # Columns stay columns.
        table = not indented and re.search(r"\S {2,}\S", lines[0]) is not None
        taken = [lines.pop(0)]
        while lines and lines[0].startswith("    ") == indented and bool(lines[0].strip()):
            taken.append(lines.pop(0))
            if indented and len(lines) > 1 and not lines[0].strip() and lines[1].startswith("    "):
                taken.append(lines.pop(0))
                taken.append(lines.pop(0))
        if table:
            parts.append("```\n" + "\n".join(taken) + "\n```")
        elif not indented:
            parts.append(prose(" ".join(line.strip() for line in taken), own))
        else:
            taken = [line[4:] for line in taken]
            parts.append(name_list(taken, own) if is_name_list(taken) else "```python\n" + "\n".join(taken) + "\n```")
    return "\n\n".join(parts)


def is_name_list(lines: list[str]) -> bool:
    return all(line.startswith("    ") or re.match(r"[\w, ]+: ", line) for line in lines)


def name_list(lines: list[str], own: str) -> str:
    items: list[str] = []
    for line in lines:
        if line.startswith("    "):
            items[-1] += " " + line.strip()
        else:
            items.append(line)
    split = [item.split(": ", 1) for item in items]
    return "\n".join(f"- `{names}`: {prose(text, own)}" for names, text in split)


def callable_section(item: Callable, level: str) -> str:
    heading = item.name.strip("_") if item.name.startswith("__") else item.name
    return f"{level} {heading}\n\n```python\n{item.signature}\n```\n\n{markdown(item.doc)}\n"


def class_page(module: str, item: Class) -> str:
    bases = f"({', '.join(item.bases)})" if item.bases else ""
    text = [f"# {item.name}\n", f"```python\nclass {module}.{item.name}{bases}\n```\n", markdown(item.doc, item.name)]
    if item.make is not None:
        call = item.make.signature.replace("__init__", item.name, 1)
        text += ["\n## Constructor\n", f"```python\n{call}\n```\n", markdown(item.make.doc, item.name)]
    return "\n".join([*text, "", *(callable_section(member, "##") for member in item.members)])


def summary(doc: str) -> str:
    """The first sentence."""
    first = doc.split("\n\n", 1)[0].replace("\n", " ")
    return prose(re.split(r"(?<=\.) ", first, maxsplit=1)[0]).replace("|", "\\|")


def module_page(module: Module) -> str:
    text = [f"# {module.name}\n", markdown(module.doc), ""]
    if module.classes:
        text += ["## Classes\n", "| class | what it is |", "| --- | --- |"]
        text += [f"| @subpage {page_name(module.name, item.name)} \"{item.name}\" | {summary(item.doc)} |"
                 for item in module.classes]  # fmt: skip
    if module.errors:
        text += ["", "## Errors and warnings\n", "| class | bases | when |", "| --- | --- | --- |"]
        text += [f"| `{item.name}` | {', '.join(f'`{base}`' for base in item.bases)} | "
                 f"{markdown(item.doc, item.name).replace(chr(10), ' ')} |" for item in module.errors]  # fmt: skip
    if module.functions:
        text += ["", "## Functions\n", *(callable_section(item, "###") for item in module.functions)]
    return "\n".join(text) + "\n"


def write_page(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.md").write_text(text)


def write_pages(modules: list[Module], folder: Path) -> None:
    for module in modules:
        for item in module.classes:
            CLASS_PAGES[item.name] = page_name(module.name, item.name)
    for module in modules:
        write_page(folder, page_name(module.name), module_page(module))
        for item in module.classes:
            write_page(folder, page_name(module.name, item.name), class_page(module.name, item))
    root = "# Reference of Python\n\nEvery public name with its types, shapes and errors. The [guide](python.md) says "
    root += "how they go together.\n\n"
    for module in modules:
        root += f'- @subpage {page_name(module.name)} "{module.name}": {summary(module.doc)}\n'
    write_page(folder, "python-reference", root)


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python_reference.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("python-*.md"):
        old.unlink()
    if importlib.util.find_spec("plstm") is None:
        print(f"the reference of Python is left out: {sys.executable} does not find plstm")
        write_page(
            folder, "python-reference", "# Reference of Python\n\nThe site was written without the package plstm.\n"
        )
        return 0
    modules = read_modules()
    missing = undocumented(modules)
    if missing:
        print(f"{sys.argv[0]}: no docstring: {', '.join(missing)}", file=sys.stderr)
        return 1
    write_pages(modules, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
