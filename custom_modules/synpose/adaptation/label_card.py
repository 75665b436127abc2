"""The readable description of a dataset with pseudo-labels."""

from collections.abc import Mapping
from typing import Any

from .label_rules import RULES
from .whole_body_parts import PSEUDO_PARTS


def write_label_readme(manifest: Mapping[str, Any]) -> str:
    """Describe a finished dataset for people.

    Args:
        manifest: What its ``dataset.json`` holds.

    Returns:
        The text of ``README.md``.
    """
    made, model = manifest['provenance'], manifest['model']
    counts = manifest['counts']
    rules = [rule for rule in RULES if rule != 'not_predicted']
    head = ''.join(f' {rule.replace("_", " ")} |' for rule in rules)
    rows = []
    for split, count in counts.items():
        for part in PSEUDO_PARTS:
            cells = ''.join(f' {count.get(f"{part}_joints/{rule}", 0)} |' for rule in rules)
            rows.append(f'| {split} | {part.replace("_", " ")} |{cells}')
    people = [f'| {split} | {name} | {count} |' for split, found in counts.items() for name, count in _people(found)]
    config = model['config']['model']
    teachers = ''.join(
        f'- {", ".join(said["parts"])}: `{teacher["config"]}`, weights `{teacher["checkpoint"]}`\n'
        for teacher, said in zip(config['teachers'], model['teachers'])
    )
    if 'detector' in model:
        teachers += f'- people: `{config["detector"]["config"]}`, weights `{config["detector"]["checkpoint"]}`\n'
    joints, persons = '\n'.join(rows), '\n'.join(people)
    return f"""# Whole-body pseudo-labels of `{made['data_root']}`

Feet, faces and hands in this folder were labeled by models, not by people:

{teachers}
through the `{manifest['job']['type']}` of synpose {manifest['versions']['synpose']}. The same again, with the versions
that `dataset.json` lists:

    python tools/adapt.py {made['config'] or 'CONFIG'} --out AGAIN

The body's joints and all other fields are the source's own, byte by byte. `keypoint_scores` holds a confidence for each
of the 133 joints (1 for annotated ones); a joint that is no label has visibility 0.

| split | joints |{head}
|---|---|{'---|' * len(rules)}
{joints}

| split | people and boxes | number |
|---|---|---|
{persons}

The pictures are the source's own files, linked: writing to one of them changes both datasets.

## License

The labels come from models trained on other data: the rights in pictures, annotations and models all apply.
"""


def _people(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the counts that are not of joints, with readable names."""
    shown = [(name, count) for name, count in counts.items() if '_joints/' not in name]
    return [(name.replace('/', ': ').replace('_', ' '), count) for name, count in shown]
