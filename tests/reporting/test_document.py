import re

import pytest

from synpose.reporting.document import (
    Code,
    Document,
    Gallery,
    Picture,
    Section,
    Table,
    Terms,
    Text,
    escape_markdown,
    format_cell,
    render_html,
    render_markdown,
)

PIXEL = Picture('dot.png', b'\x89PNG', 'a dot of <val>', 'dot "here"')
DOCUMENT = Document(
    'A <b>title</b>',
    'Lead & more',
    (
        Section(
            'Numbers | words',
            (
                Table('Figures', ('split', 'AP'), (('val', 0.12345), ('a|b', float('nan')), ('c', None))),
                Table('Long', ('x',), ((1,),), folded=True),
                Terms((('AP', 'what `AP` means'),)),
                Text('<script>alert(1)</script> and `a<b`'),
                Gallery((PIXEL,)),
                Code('config', "url = 'https://host/x'\n```\n<tag>", 'python'),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        (0.12345, '0.123'),
        (1.0, '1.000'),
        (7, '7'),
        (None, 'n/a'),
        (float('nan'), 'n/a'),
        (float('inf'), 'n/a'),
        ('x', 'x'),
    ],
)
def test_format_cell(value: object, expected: str) -> None:
    assert format_cell(value) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('a|b', r'a\|b'),
        ('*x* [y](z)', r'\*x\* \[y\](z)'),
        ('left_eye', 'left_eye'),
        ('_x_', r'\_x\_'),
        ('<b>', '&lt;b>'),
        ('see `a_*b*`', 'see `a_*b*`'),
        ('`a|b`', r'`a\|b`'),
        ('two\nlines', 'two lines'),
        ('odd ` tick', r'odd \` tick'),
    ],
)
def test_escape_markdown(text: str, expected: str) -> None:
    assert escape_markdown(text) == expected


def test_html_is_escaped_and_self_contained() -> None:
    page = render_html(DOCUMENT)
    assert '<script>' not in page
    assert '&lt;script&gt;alert(1)&lt;/script&gt;' in page
    assert '<title>A &lt;b&gt;title&lt;/b&gt;</title>' in page
    assert '<code>a&lt;b</code>' in page
    assert 'alt="dot &#34;here&#34;"' in page
    assert '&lt;tag&gt;' in page
    sources = re.findall(r'(?:src|href)\s*=\s*"([^"]*)"', page)
    assert 'data:image/png;base64,iVBORw==' in sources
    assert all(source.startswith(('data:', '#')) for source in sources)
    assert '@import' not in page
    assert 'url(' not in page


def test_html_table_aligns_numbers_right() -> None:
    page = render_html(DOCUMENT)
    assert '<th>split</th>' in page
    assert '<th class="num">AP</th>' in page
    assert '<td class="num">0.123</td>' in page
    assert page.count('<td class="num">n/a</td>') == 2


def test_markdown_holds_the_same() -> None:
    text = render_markdown(DOCUMENT, 'figures')
    assert '| split | AP |\n| :--- | ---: |\n| val | 0.123 |\n| a\\|b | n/a |\n| c | n/a |\n' in text
    assert '![dot "here"](figures/dot.png)' in text
    assert '- **AP**: what `AP` means' in text
    assert '<script>' not in text
    # The fence is longer than the run of backticks inside.
    assert "````python\nurl = 'https://host/x'\n```\n<tag>\n````" in text
    assert '<details><summary>Long</summary>\n\n| x |\n| ---: |\n| 1 |\n\n</details>' in text


def test_pictures_in_order() -> None:
    assert DOCUMENT.pictures == (PIXEL,)
