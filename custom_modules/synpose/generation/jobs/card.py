"""The card of a finished dataset folder: README.md for people, croissant.json for their tools."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synpose.generation.jobs.croissant import describe
from synpose.generation.jobs.fields import ANNOTATION_FIELDS, IMAGE_FIELDS, Field, split_redrawn
from synpose.generation.jobs.options import require
from synpose.generation.jobs.storing import to_json, write_atomic

LICENSE = 'CC0-1.0'
"""What the card states if nobody else holds rights in the pictures and the config says nothing.

Rooms, clothes and hair are computed, and the assets of the default body model (anny) are CC0. Photos and licensed body
models bring rights of others: then the card states no license before the user does.
"""
_OPTIONS = ('name', 'description', 'license', 'url', 'creator', 'date_published', 'version')
SYNPOSE = (
    'Zefang Yu, Yangcheng Li, Yicheng Liu, Ting Liu, Yuzhuo Fu. SynPose: A Large-Scale and Densely Annotated Synthetic '
    'Dataset for Human Pose Estimation in Classroom.'
)
ANNY = 'Romain Brégier et al. Human Mesh Modeling for Anny Body. ECCV 2026. arXiv:2511.03589.'


@dataclass(frozen=True)
class About:
    """What a card says about every dataset of one kind.

    Attributes:
        title: Its name.
        summary: What the pictures show and how they are made; sentences.
        citations: The papers behind it.
        rights: What is in the pictures that others hold rights in, e.g. ``('the photos of photos/',)``.
    """

    title: str = 'Synthetic people'
    summary: str = 'Rendered pictures of synthetic people with exact labels.'
    citations: tuple[str, ...] = (SYNPOSE, ANNY)
    rights: tuple[str, ...] = ()


def check_card(options: Mapping[str, Any]) -> None:
    """Check what a config says about its card, all of it text and optional.

    Args:
        options: ``name``, ``description``, ``license`` (an SPDX name or a URL), ``url``, ``creator``,
            ``date_published`` (ISO 8601) and ``version``.

    Raises:
        ValueError: Naming an unknown option, or one that is no text.
    """
    for name, value in options.items():
        require(name in _OPTIONS, f'card: unknown option {name!r}, expected one of {list(_OPTIONS)}')
        require(isinstance(value, str) and bool(value.strip()), f'card.{name}: {value!r} is no text')


def write_card(
    root: Path,
    about: About,
    description: Mapping[str, Any],
    image_fields: Mapping[str, Mapping[str, bool]],
    annotation_fields: Mapping[str, Mapping[str, bool]],
) -> None:
    """Write ``README.md`` and ``croissant.json`` of a dataset folder; the annotation files must be there.

    Args:
        root: The folder.
        about: What is common to datasets of its kind.
        description: What ``dataset.json`` holds or will hold: ``generator``, ``versions``, ``counts``, perhaps
            ``parts``. ``generator.card`` overrides what ``about`` says.
        image_fields: Per split the fields of its image entries, and whether all have them.
        annotation_fields: The same of its annotations.
    """
    card = dict(description['generator'].get('card') or {})
    chosen = 'license' in card
    card.setdefault('name', about.title)
    card.setdefault('description', about.summary)
    if not about.rights:
        card.setdefault('license', LICENSE)
    write_atomic(
        root / 'README.md', _readme(card, about, chosen, description, image_fields, annotation_fields).encode()
    )
    metadata = describe(root, card, about.citations, image_fields, annotation_fields)
    write_atomic(root / 'croissant.json', to_json(metadata, indent=1))


def _readme(
    card: Mapping[str, str],
    about: About,
    chosen: bool,
    description: Mapping[str, Any],
    image_fields: Mapping[str, Mapping[str, bool]],
    annotation_fields: Mapping[str, Mapping[str, bool]],
) -> str:
    text = f"""# {card['name']}

{card['description']}

{_counts(description['counts'])}

Rendered by the `{description['generator']['type']}` of synpose {description['versions']['synpose']}. The same bytes
again, with the versions that `dataset.json` lists:

    python tools/generate.py dataset.json --out AGAIN --workers -1

## Files

| path | content |
|---|---|
| `images/` | pictures |
| `stencils/*.png` | 16-bit; 0 is background, k the person whose annotation has `stencil_id` k |
| `depth/*.png` | 16-bit, millimetres along the optical axis; 0 where nothing was hit |
{_parts_row(description)}| `annotations/<split>.json` | COCO keypoint annotations |
| `dataset.json` | configuration, seed, versions and counts |
| `croissant.json` | this card for machines ([Croissant](https://docs.mlcommons.org/croissant/)) |

## Fields

Lengths are in metres, angles in radians, image coordinates in pixels with pixel centers at whole numbers. The camera
looks along its z axis, x to the right and y down. The 59 joints and their links are in `categories`.

Images:

{_table(IMAGE_FIELDS, image_fields)}

Annotations (one person each):

{_table(ANNOTATION_FIELDS, annotation_fields)}
{_parts_names(description)}
## License

{_license(card, about, chosen)}

## Please cite

"""
    return text + ''.join(f'- {paper}\n' for paper in about.citations)


def _counts(counts: Mapping[str, Mapping[str, Any]]) -> str:
    head = '| split | images | people | people an image | left out (hardly visible) | places left empty | redrawn |'
    rows = [head, '|---' * 7 + '|']
    for split, count in counts.items():
        mean = f'{count["people"] / count["images"]:.1f}' if count['images'] else '-'
        again, empty = split_redrawn(count.get('redrawn', {}))
        redrawn = ', '.join(f'{reason}: {number}' for reason, number in again.items()) or '0'
        numbers = (split, count['images'], count['people'], mean, count['left_out'], empty, redrawn)
        rows.append(f'| {" | ".join(map(str, numbers))} |')
    return '\n'.join(rows)


def _table(fields: Mapping[str, Field], present: Mapping[str, Mapping[str, bool]]) -> str:
    """List the fields of any split, and say which of them not every entry has."""
    filled = [found for found in present.values() if found]
    note = {name: '' if all(found.get(name) for found in filled) else ' (some)' for found in filled for name in found}
    known = {name: name.split('.')[0] for name in fields}
    rows = [f'| `{name}` | {fields[name].meaning}{note[key]} |' for name, key in known.items() if key in note]
    rows += [f'| `{name}` |{note[name]} |' for name in sorted(set(note) - set(known.values()))]
    return '\n'.join(['| field | meaning |', '|---|---|', *rows])


def _parts_row(description: Mapping[str, Any]) -> str:
    return '| `parts/*.png` | 8-bit; number of the body part, see below |\n' if 'parts' in description else ''


def _parts_names(description: Mapping[str, Any]) -> str:
    if 'parts' not in description:
        return ''
    return '\nBody parts: ' + ', '.join(f'{k} {name}' for k, name in enumerate(description['parts'])) + '.\n'


def _license(card: Mapping[str, str], about: About, chosen: bool) -> str:
    """Say what is allowed, and who says so."""
    rights = f'The pictures contain {" and ".join(about.rights)}: the rights of others apply to these.'
    if 'license' not in card:
        return f'Not stated. {rights} Once you know what they allow, set `card=dict(license=...)` in the config.'
    if chosen:
        return f'{card["license"]}, chosen by who rendered the data.' + (f' {rights}' if about.rights else '')
    return (
        f"{card['license']}. Rooms, clothes and hair are computed and the body model's assets are CC0, so nobody else "
        'holds rights in the pictures; who renders them may choose another license (`card` in the config).'
    )
