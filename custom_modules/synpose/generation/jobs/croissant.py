"""Croissant metadata of a dataset folder.

MLCommons Croissant 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synpose.files import sha256
from synpose.generation.jobs.fields import ANNOTATION_FIELDS, IMAGE_FIELDS, Field

_TERMS = (
    'citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes isLiveDataset '
    'jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source '
    'subField transform'
)
_CONTEXT: dict[str, Any] = {
    '@language': 'en',
    '@vocab': 'https://schema.org/',
    'sc': 'https://schema.org/',
    'cr': 'http://mlcommons.org/croissant/',
    'rai': 'http://mlcommons.org/croissant/RAI/',
    'dct': 'http://purl.org/dc/terms/',
    'conformsTo': 'dct:conformsTo',
    'data': {'@id': 'cr:data', '@type': '@json'},
    'dataType': {'@id': 'cr:dataType', '@type': '@vocab'},
    'examples': {'@id': 'cr:examples', '@type': '@json'},
    **{term: f'cr:{term}' for term in _TERMS.split()},
}
_FOLDERS = {
    'images': ('pictures', {'.jpg': 'image/jpeg', '.png': 'image/png'}),
    'stencils': ('person numbers of the pixels, 16-bit', {'.png': 'image/png'}),
    'depth': ('depth of the pixels, 16-bit, mm', {'.png': 'image/png'}),
    'parts': ('body parts of the pixels, 8-bit', {'.png': 'image/png'}),
}


def describe(
    root: Path,
    card: Mapping[str, str],
    citations: Sequence[str],
    image_fields: Mapping[str, Mapping[str, bool]],
    annotation_fields: Mapping[str, Mapping[str, bool]],
) -> dict[str, Any]:
    """Describe a dataset folder whose annotation files are written.

    Args:
        root: The folder.
        card: ``name``, ``description`` and perhaps ``license``, ``url``, ``creator``, ``date_published``, ``version``.
        citations: Papers to cite.
        image_fields: Per split the fields of its image entries, and whether all have them; only those are described.
        annotation_fields: The same of its annotations.

    Returns:
        The JSON-LD document: file objects with the SHA-256 of the annotation files, a file set for each folder of
        pictures, a record set of the pictures, and for each split one of its images and one of its annotations.
    """
    metadata: dict[str, Any] = {
        '@context': _CONTEXT,
        '@type': 'sc:Dataset',
        'conformsTo': 'http://mlcommons.org/croissant/1.0',
        'name': card['name'],
        'description': card['description'],
        'version': card.get('version', '1.0.0'),
        'citeAs': ' '.join(citations),
        'isLiveDataset': False,
        'keywords': ['human pose estimation', 'keypoints', 'synthetic data'],
    }
    for option, term in (('url', 'url'), ('date_published', 'datePublished')):
        if option in card:
            metadata[term] = card[option]
    if 'license' in card:
        metadata['license'] = _license_url(card['license'])
    if 'creator' in card:
        metadata['creator'] = {'@type': 'sc:Organization', 'name': card['creator']}
    kinds = (('images', IMAGE_FIELDS, image_fields), ('annotations', ANNOTATION_FIELDS, annotation_fields))
    files, records = [], []
    for kind, fields, present in kinds:
        for split, found in present.items():
            names = {name for name, in_all in found.items() if in_all}
            if names:  # a split without images has nothing to describe
                files.append(_annotation_file(root, split, kind))
                records.append(_records(split, kind, fields, names))
    sets = _file_sets(root)
    pictures = [_pictures(file_set['@id']) for file_set in sets if file_set['@id'].startswith('images')]
    metadata['distribution'] = [*files, *sets]
    metadata['recordSet'] = [*pictures, *records]
    return metadata


def _annotation_file(root: Path, split: str, kind: str) -> dict[str, Any]:
    """Describe a split's file as the source of its images or annotations: readers take one table from one object."""
    path = root / f'annotations/{split}.json'
    return {
        '@type': 'cr:FileObject',
        '@id': f'{split}_{kind}.json',
        'name': f'{split}_{kind}.json',
        'description': f'COCO keypoint file of the {split} split, read for its {kind}',
        'contentUrl': f'annotations/{split}.json',
        'contentSize': f'{path.stat().st_size} B',
        'encodingFormat': 'application/json',
        'sha256': sha256(path),
    }


def _file_sets(root: Path) -> list[dict[str, Any]]:
    sets = []
    for folder, (meaning, formats) in _FOLDERS.items():
        suffixes = {path.suffix for path in (root / folder).iterdir()} if (root / folder).is_dir() else set()
        for suffix, encoding in formats.items():
            if suffix in suffixes:
                name = f'{folder}{suffix}'
                sets.append(
                    {
                        '@type': 'cr:FileSet',
                        '@id': name,
                        'name': name,
                        'description': meaning,
                        'includes': f'{folder}/*{suffix}',
                        'encodingFormat': encoding,
                    }
                )
    return sets


def _pictures(file_set: str) -> dict[str, Any]:
    def field(name: str, type_: str, meaning: str, prop: str) -> dict[str, Any]:
        return {
            '@type': 'cr:Field',
            '@id': f'{file_set}_files/{name}',
            'name': f'{file_set}_files/{name}',
            'description': meaning,
            'dataType': type_,
            'source': {'fileSet': {'@id': file_set}, 'extract': {'fileProperty': prop}},
        }

    return {
        '@type': 'cr:RecordSet',
        '@id': f'{file_set}_files',
        'name': f'{file_set}_files',
        'description': 'The pictures of all splits',
        'key': {'@id': f'{file_set}_files/file_name'},
        'field': [
            field('file_name', 'sc:Text', 'What the images call it', 'filename'),
            field('picture', 'sc:ImageObject', 'The picture', 'content'),
        ],
    }


def _records(split: str, kind: str, fields: Mapping[str, Field], names: set[str]) -> dict[str, Any]:
    identifier = f'{split}_{kind}'
    return {
        '@type': 'cr:RecordSet',
        '@id': identifier,
        'name': identifier,
        'description': f'The {kind} of the {split} split',
        'key': {'@id': f'{identifier}/id'},
        'field': [
            {
                '@type': 'cr:Field',
                '@id': f'{identifier}/{name}',
                'name': f'{identifier}/{name}',
                'description': field.meaning,
                'dataType': field.type,
                **({'repeated': True} if field.repeated else {}),
                'source': {
                    'fileObject': {'@id': f'{identifier}.json'},
                    'extract': {'jsonPath': f'$.{kind}[*].{name}'},
                },
            }
            for name, field in fields.items()
            if field.type is not None and name.split('.')[0] in names
        ],
    }


def _license_url(license_: str) -> str:
    """Return the page of an SPDX name; anything else as it is."""
    return f'https://spdx.org/licenses/{license_}.html' if re.fullmatch(r'[A-Za-z0-9.+-]+', license_) else license_
