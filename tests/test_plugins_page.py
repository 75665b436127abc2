"""The page of plugins lists every registered class by its docstring; `python tests/test_plugins_page.py` writes it."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / 'custom_modules'
PAGE = PACKAGE / 'README.md'
KINDS = {
    'DATASETS': 'Datasets',
    'TRANSFORMS': 'Transforms',
    'DATA_SAMPLERS': 'Samplers',
    'MODELS': 'Models',
    'KEYPOINT_CODECS': 'Codecs',
    'METRICS': 'Metrics',
    'HOOKS': 'Hooks',
    'LOOPS': 'Loops',
    'OPTIM_WRAPPER_CONSTRUCTORS': 'Optimizers',
    'GENERATORS': 'Generators',
    'BODIES': 'Bodies',
}
HEADER = """# Plugins

Every class that `import synpose` adds to the registries of MMEngine and MMPose, by kind. Name one as `type=` in a
config with `custom_imports = dict(imports=['synpose'])`; its docstring has arguments, shapes, units and sources.
Generators and bodies are named in the configs of `tools/generate.py`.
"""


@cache
def plugins() -> dict[str, dict[str, tuple[Path, str]]]:
    """``{registry: {class: (file, first line of its docstring in Markdown)}}``."""
    found: dict[str, dict[str, tuple[Path, str]]] = defaultdict(dict)
    for path in sorted(set(PACKAGE.rglob('*.py')) - set((PACKAGE / 'synpose/testing').rglob('*.py'))):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.ClassDef):
                for decorator in map(ast.unparse, node.decorator_list):
                    registry, _, call = decorator.partition('.register_module(')
                    if call:
                        line = ast.get_docstring(node).splitlines()[0].replace('|', r'\|')
                        line = re.sub(r':\w+:`([^`]+)`|``([^`]+)``', lambda match: f'`{match[1] or match[2]}`', line)
                        found[registry][node.name] = path, line
    return found


def page() -> str:
    """Return the text of the page."""
    found = plugins()
    blocks = [HEADER]
    for registry, title in KINDS.items():
        rows = [
            f'| [`{name}`]({path.relative_to(PACKAGE).as_posix()}) | {line} |'
            for name, (path, line) in sorted(found[registry].items())
        ]
        blocks.append('\n'.join([f'## {title}', '', '| | |', '|---|---|', *rows, '']))
    return '\n'.join(blocks)


def test_every_registry_has_its_place():
    assert set(plugins()) == set(KINDS)


def test_the_page_is_that_of_the_docstrings():
    assert PAGE.read_text(encoding='utf-8') == page()


if __name__ == '__main__':
    PAGE.write_text(page(), encoding='utf-8')
