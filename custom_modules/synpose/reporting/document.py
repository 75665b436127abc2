"""A report as data: sections of blocks, rendered to one HTML page or to Markdown from the same structure.

Texts are plain; a span in backticks is shown as code. Everything is escaped by the renderers.
"""

import base64
import math
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import jinja2
from markupsafe import Markup, escape

Cell = str | int | float | None


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = 'text'
    text: str


@dataclass(frozen=True)
class Terms:
    """Terms and what they mean."""

    kind: ClassVar[str] = 'terms'
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table; columns that hold only numbers (or nothing) are aligned right. A long one can be folded away."""

    kind: ClassVar[str] = 'table'
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: bool = False

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column holds numbers."""
        return tuple(all(not isinstance(row[i], str) for row in self.rows) for i in range(len(self.header)))


@dataclass(frozen=True)
class Picture:
    """An encoded image with its caption.

    Attributes:
        name: File name in the Markdown report, with suffix.
        data: The encoded file.
        caption: Shown below; names the data.
        alt: Text for readers who do not see the image.
    """

    name: str
    data: bytes
    caption: str
    alt: str

    @property
    def uri(self) -> str:
        """The image as a data URI."""
        mime = 'image/png' if self.name.endswith('.png') else 'image/jpeg'
        return f'data:{mime};base64,{base64.b64encode(self.data).decode("ascii")}'


@dataclass(frozen=True)
class Gallery:
    """Pictures side by side, as many a row as fit, at most ``columns``."""

    kind: ClassVar[str] = 'gallery'
    pictures: tuple[Picture, ...]
    columns: int = 2


@dataclass(frozen=True)
class Code:
    """Verbatim text, folded away under a summary."""

    kind: ClassVar[str] = 'code'
    summary: str
    text: str
    language: str = ''


Block = Text | Terms | Table | Gallery | Code


@dataclass(frozen=True)
class Section:
    """A heading and its blocks."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title: Its heading.
        lead: The paragraph below it.
        sections: In order.
    """

    title: str
    lead: str
    sections: tuple[Section, ...] = field(default=())

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures, in order."""
        blocks = [block for section in self.sections for block in section.blocks]
        return tuple(picture for block in blocks if isinstance(block, Gallery) for picture in block.pictures)


def format_cell(value: Cell) -> str:
    """Format a table's cell: 3 decimals for a float, ``n/a`` for None and what is not finite."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return 'n/a'
    return f'{value:.3f}' if isinstance(value, float) else str(value)


def escape_markdown(text: str) -> str:
    r"""Escape what Markdown would interpret, outside of spans in backticks; line breaks become spaces.

    Example:
        >>> escape_markdown('a|b *c* `d_*`')
        'a\\|b \\*c\\* `d_*`'
    """
    parts = re.split(r'(`[^`]+`)', text.replace('\n', ' '))
    for i in range(0, len(parts), 2):
        # Underscores inside words are literal in CommonMark; only those at a word's edge could start emphasis.
        parts[i] = re.sub(r'([\\`*\[\]|#]|(?<!\w)_|_(?!\w))', r'\\\1', parts[i]).replace('<', '&lt;')
    parts[1::2] = [part.replace('|', r'\|') for part in parts[1::2]]
    return ''.join(parts)


def _inline_html(text: str) -> Markup:
    return Markup(re.sub(r'`([^`]+)`', r'<code>\1</code>', str(escape(text))))


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall('`+', text)), default=0)
    return '`' * max(3, longest + 1)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader('synpose.reporting'),
        autoescape=lambda name: bool(name) and '.html' in str(name),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    filters: dict[str, Any] = {'cell': format_cell, 'md': escape_markdown, 'inline': _inline_html, 'fence': _fence}
    environment.filters.update(filters)
    return environment


def render_template(name: str, **values: Any) -> str:
    """Render a template of this package that is not of a report."""
    return _environment().get_template(name).render(**values)


def render_html(document: Document) -> str:
    """Render one self-contained page: pictures and style inside, nothing fetched."""
    return render_template('report.html.j2', document=document)


def render_markdown(document: Document, picture_folder: str) -> str:
    """Render Markdown whose pictures are links into ``picture_folder`` (relative to the Markdown file)."""
    return render_template('report.md.j2', document=document, folder=picture_folder)
