"""The stylizer, and the whole job over a folder of rendered people among real ones."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import DATASETS, MODELS

import synpose  # noqa: F401
from synpose.adaptation.color_transfer import moments
from synpose.files import write_json
from synpose.testing import write_synpose_dataset

CONFIG = Path(__file__).resolve().parents[3] / 'configs' / 'adapt' / 'stylize' / 'color-transfer_ltsh-mixed.py'


@pytest.fixture(autouse=True)
def _scope() -> None:
    init_default_scope('mmpose')


def build(**options):
    return MODELS.build({'type': 'ColorTransferStylizer', 'feather': 0, **options})


def test_region_gets_the_style_s_moments(pictures, region, make_batch) -> None:
    source, style = pictures
    [sample] = build().test_step(make_batch(source=source, mask=region, style=style))
    found, wanted = moments(sample.translated[region]), moments(style.reshape(-1, 3))
    np.testing.assert_allclose(found[0], wanted[0], atol=0.1)
    np.testing.assert_allclose(found[1], wanted[1], atol=0.03 * wanted[1].max())
    np.testing.assert_array_equal(sample.translated[~region], source[~region])


@pytest.mark.parametrize('options', [{}, {'strength': 0.0}])
def test_own_style_and_no_strength_change_nothing(pictures, region, make_batch, options: dict) -> None:
    source, style = pictures
    batch = make_batch(source=source, mask=region, style=style if options.get('strength') == 0 else source)
    if options.get('strength') is None:
        batch['inputs']['style_mask'] = batch['inputs']['mask']
    [sample] = build(**options).test_step(batch)
    np.testing.assert_array_equal(sample.translated, source)


@pytest.mark.parametrize('level', [(128, 128, 128), (40, 200, 90), (0, 0, 0)])
def test_constant_styles_are_taken_without_losing_the_picture(pictures, region, make_batch, level) -> None:
    source, style = pictures
    [sample] = build(max_gain=3).test_step(make_batch(source=source, mask=region, style=style * 0 + np.uint8(level)))
    found = sample.translated[region].astype(float)
    deviation = source[region].astype(float).std(axis=0) / 3
    if min(level) > 0:
        np.testing.assert_allclose(found.mean(axis=0), level, atol=0.2)
        np.testing.assert_allclose(found.std(axis=0), deviation, rtol=0.1)
    assert found.max() < 250


def test_constant_region_keeps_its_shape(pictures, region, make_batch) -> None:
    source, style = pictures
    source[region] = (9, 9, 9)
    [sample] = build().test_step(make_batch(source=source, mask=region, style=style))
    assert (sample.translated[region] == np.rint(style.reshape(-1, 3).mean(axis=0))).all()


@pytest.mark.parametrize('options', [{'strength': 1.1}, {'ridge': 0.0}, {'max_gain': 0.9}, {'knee': 128.0}], ids=str)
def test_bad_options(options: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        build(**options)


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Path, Path]:
    """A folder like D_M: three images of three people, two of whom are rendered, over photos of other colors."""
    root, photos = write_synpose_dataset(tmp_path / 'mixed', 3, 3, (96, 64), ('train',)), tmp_path / 'photos'
    photos.mkdir()
    content = json.loads((root / 'annotations/train.json').read_text())
    for person in content['annotations']:
        person['is_synthetic'] = person['stencil_id'] < 3
    rng = np.random.default_rng(0)
    for image in content['images']:
        image['source_file'] = f'photo{image["id"]}.png'
        photo = rng.normal((60, 90, 160), 15, (64, 96, 3)).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(photos / image['source_file']), photo)
    write_json(root / 'annotations/train.json', content)
    return root, photos


def test_job_restyles_rendered_people_only(mixed: tuple[Path, Path], tmp_path: Path) -> None:
    root, photos = mixed
    config = Config.fromfile(CONFIG)
    config.work_dir = str(tmp_path / 'work')
    config.test_dataloader.update(batch_size=2, num_workers=0, persistent_workers=False)
    config.test_dataloader.dataset.update(data_root=str(root))
    for step in config.test_dataloader.dataset.pipeline:
        step.update({'LoadStyleImage': {'photos': str(photos)}}.get(step.type, {}))
        step.update({'SelectSyntheticPeople': {'data_root': str(root), 'min_style_pixels': 64}}.get(step.type, {}))
    out = tmp_path / 'style'
    config.test_evaluator.update(data_root=str(root), out_root=str(out))
    assert Runner.from_cfg(config).test()['dataset/images'] == 3
    before, after = (json.loads((folder / 'annotations/train.json').read_text()) for folder in (root, out))
    assert after['annotations'] == before['annotations']
    assert {image['domain'] for image in after['images']} == {'stylized'}
    for old, new in zip(before['images'], after['images']):
        source, result = (
            cv2.imread(str(folder / 'images' / image['file_name'])) for folder, image in ((root, old), (out, new))
        )
        stencil = cv2.imread(str(root / old['stencil_file']), cv2.IMREAD_UNCHANGED)
        photo = cv2.imread(str(photos / old['source_file']))
        rendered = (stencil == 1) | (stencil == 2)
        np.testing.assert_array_equal(result[~rendered], source[~rendered])
        wanted = photo[stencil == 3].astype(float).mean(axis=0)
        assert (
            np.abs(result[rendered].mean(axis=0) - wanted).max()
            < 0.2 * np.abs(source[rendered].mean(axis=0) - wanted).max()
        )


@pytest.mark.parametrize('on_error', ['raise', 'skip'])
def test_a_photo_that_is_missing_is_found_at_the_start(mixed: tuple[Path, Path], on_error: str) -> None:
    root, photos = mixed
    (photos / 'photo2.png').unlink()
    dataset = Config.fromfile(CONFIG).test_dataloader.dataset
    dataset.update(data_root=str(root), on_error=on_error)
    for step in dataset.pipeline:
        step.update({'LoadStyleImage': {'photos': str(photos)}}.get(step.type, {}))
        step.update({'SelectSyntheticPeople': {'data_root': str(root)}}.get(step.type, {}))
    text = r'train\.json: image 2: source_file: .*photo2\.png: file does not exist'
    if on_error == 'raise':
        with pytest.raises(ValueError, match=text):
            DATASETS.build(dataset)
    else:
        built = DATASETS.build(dataset)
        assert [built.get_data_info(index)['img_id'] for index in range(len(built))] == [1, 3]
        assert re.search(text, built.problems[0])
