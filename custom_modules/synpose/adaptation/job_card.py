"""The readable description of a dataset that a job made of another."""

from typing import Any


def write_readme(manifest: dict[str, Any]) -> str:
    """Describe a finished dataset for people.

    Args:
        manifest: What its ``dataset.json`` holds.

    Returns:
        The text of ``README.md``.
    """
    job, model, made = manifest['job'], manifest['model'], manifest['provenance']
    head = '| split | images | people | images left out | people left out |\n|---|---|---|---|---|\n'
    rows = ''.join(
        f'| {split} | {count["images"]} | {count["people"]} | {count["skipped_images"]} | {count["skipped_people"]} |\n'
        for split, count in manifest['counts'].items()
    )
    command = ' '.join(
        filter(None, ['python tools/adapt.py', made['config'] or 'CONFIG', made['checkpoint'], '--out AGAIN'])
    )
    measured = manifest.get('measurements', {})
    means = ''.join(
        f'| {name} | {value:.4g} | {measured[f"{name}_images"]} |\n'
        for name, value in measured.items()
        if f'{name}_images' in measured
    )
    if means:
        means = f'\n## Measured\n\n| on an image | mean | images |\n|---|---|---|\n{means}'
    weights = f', with the weights of `{made["checkpoint"]}`' if made['checkpoint'] else ''
    return f"""# {job['domain'].capitalize()} pictures of `{made['data_root']}`

{head}{rows}
Made by `{model['type']}`{weights}, through the `{job['type']}` of synpose {manifest['versions']['synpose']}. The same
again, with the versions that `dataset.json` lists:

    {command}

The labels are the source's: of its annotations only `file_name` and `domain` of the images differ. Stencils and depth
are the source's own files, linked: writing to one of them changes both datasets.

## Files

| path | content |
|---|---|
| `images/` | pictures, {'lossless' if job['suffix'] == '.png' else f'JPEG, quality {job["quality"]}'} |
| `stencils/`, `depth/` | as in the source |
| `annotations/<split>.json` | COCO keypoint annotations |
| `dataset.json` | model, source, versions, counts, and the images left out |
{'| `measurements/` | what the model measured on each image |' if means else ''}{means}

## License

The labels and the scene are the source's, the look is that of the pictures the model learned from or was given: the
rights in both apply.
"""
