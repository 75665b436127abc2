"""Figures of a loader against a reference, in one process and in two."""

import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.registry import MODELS
from torchmetrics.image.fid import FrechetInceptionDistance

import synpose  # noqa: F401 - the processes of torchrun run this file alone
from synpose.evaluation.functional import domain_probe
from synpose.evaluation.metrics import FIDMetric, fid_metric
from synpose.models.feature_extractors import FeatureExtractor
from synpose.testing import write_synpose_dataset

ROOT = Path(__file__).resolve().parents[3]
EXTRACTOR = {'type': 'ColorFeatures'}
PIPELINE = [{'type': 'LoadImage'}, {'type': 'PackTranslationInputs'}]


@MODELS.register_module(force=True)
class ColorFeatures(FeatureExtractor):
    """Mean and spread of red, green and blue: six features of an image of any size."""

    num_features = 6

    def __init__(self, name='color', identity='v1'):
        super().__init__(name, identity)

    def forward(self, images):
        values = images.double().flatten(2)
        return torch.cat([values.mean(-1), values.std(-1)], dim=1).float() / 255


def image_set(root):
    return {
        'type': 'SynPoseImageDataset',
        'data_root': str(root),
        'ann_files': ['annotations/train.json'],
        'pipeline': PIPELINE,
    }


def samples_of(pictures):
    return [{'translated': picture, 'img_path': f'{i}.png'} for i, picture in enumerate(pictures)]


def run(metric, pictures, batch=100):
    samples = samples_of(pictures)
    for start in range(0, len(samples), batch):
        metric.process(None, samples[start : start + batch])
    return metric.evaluate(len(samples))


def read_pictures(root):
    return [cv2.imread(str(path)) for path in sorted((root / 'images').iterdir())]


@pytest.fixture(scope='module')
def reference(tmp_path_factory):
    """A dataset folder with seven images."""
    return write_synpose_dataset(tmp_path_factory.mktemp('reference'), 7, 3, (64, 48), ('train',), seed=1)


@pytest.fixture(scope='module')
def pictures():
    """Nine pictures of three sizes."""
    rng = np.random.default_rng(0)
    sizes = [(20, 30), (20, 30), (16, 8)] * 3
    return [rng.integers(0, rng.integers(2, 255, 3), (*size, 3)).astype(np.uint8) for size in sizes]


def test_figures_equal_those_of_the_libraries(reference, pictures):
    metrics = run(FIDMetric(EXTRACTOR, image_set(reference), kid=True), pictures, batch=4)
    assert set(metrics) == {
        *('FD_color', 'FD_color_n', 'FD_color_n_reference'),
        *('KD_color_mean', 'KD_color_std', 'KD_color_subset_size'),
    }
    library = FrechetInceptionDistance(feature=ColorFeatures()).set_dtype(torch.float64)
    for real, images in ((True, read_pictures(reference)), (False, pictures)):
        for image in images:
            library.update(torch.tensor(image[None, ..., ::-1].copy()).permute(0, 3, 1, 2), real=real)
    assert metrics['FD_color'] == pytest.approx(float(library.compute()), rel=1e-4)
    assert (metrics['FD_color_n'], metrics['FD_color_n_reference']) == (9, 7)
    assert metrics['KD_color_subset_size'] == 3
    assert metrics['KD_color_mean'] > 0


def test_the_probe_tells_sets_apart(reference, pictures):
    metrics = run(FIDMetric(EXTRACTOR, image_set(reference), probe=True), pictures)
    features = [ColorFeatures()(torch.tensor(p[None, ..., ::-1].copy()).permute(0, 3, 1, 2)) for p in pictures]
    others = [
        ColorFeatures()(torch.tensor(p[None, ..., ::-1].copy()).permute(0, 3, 1, 2)) for p in read_pictures(reference)
    ]
    expected = domain_probe(torch.cat(features), torch.cat(others))
    assert metrics['probe_accuracy_color'] == pytest.approx(expected)
    assert set(metrics) == {'FD_color', 'FD_color_n', 'FD_color_n_reference', 'probe_accuracy_color'}


def test_a_set_from_itself(reference):
    figure = run(FIDMetric(EXTRACTOR, image_set(reference)), read_pictures(reference))
    assert figure['FD_color'] < 1e-9


def test_extractors_see_red_first(reference):
    metric = FIDMetric(EXTRACTOR, image_set(reference))
    metric.process(None, samples_of([np.full((4, 4, 3), (10, 20, 30), np.uint8)]))
    assert (metric._moments.mean[:3] * 255).tolist() == pytest.approx([30, 20, 10], rel=1e-6)


@pytest.mark.parametrize('batch', [1, 2, 5])
def test_batches_do_not_matter(reference, pictures, batch):
    metrics = run(FIDMetric(EXTRACTOR, {'dataset': image_set(reference), 'batch_size': batch}), pictures, batch)
    assert metrics == pytest.approx(run(FIDMetric(EXTRACTOR, image_set(reference)), pictures), rel=1e-9)


def test_a_second_round_starts_afresh(reference, pictures):
    metric = FIDMetric(EXTRACTOR, image_set(reference), kid=True)
    first = run(metric, pictures)
    assert run(metric, pictures) == first


def test_features_are_kept_for_the_kernel_distance_only(reference, pictures):
    metric = FIDMetric(EXTRACTOR, image_set(reference))
    metric.process(None, samples_of(pictures))
    assert metric.results == [()] * 9
    metric = FIDMetric(EXTRACTOR, image_set(reference), kid=True)
    metric.process(None, samples_of(pictures))
    assert {(row.shape, row.dtype.name) for row in metric.results} == {((6,), 'float32')}


@pytest.mark.parametrize('enough', [8, 7])
def test_small_sets_are_warned_of(reference, pictures, monkeypatch, enough):
    logged = []
    monkeypatch.setattr(fid_metric, 'ENOUGH_IMAGES', enough)
    monkeypatch.setattr(fid_metric, 'print_log', lambda text, logger, level: logged.append((text, level)))
    run(FIDMetric(EXTRACTOR, image_set(reference)), pictures)
    assert [level for _, level in logged] == [logging.WARNING] * (enough == 8)
    assert all('9 images against 7' in text for text, _ in logged)


def test_statistics_replace_the_reference(reference, pictures, tmp_path):
    path = tmp_path / 'deep' / 'statistics.npz'
    first = run(FIDMetric(EXTRACTOR, image_set(reference), path, kid=True), pictures)
    assert [file.name for file in path.parent.iterdir()] == ['statistics.npz']
    assert run(FIDMetric(EXTRACTOR, statistics=path, kid=True), pictures) == pytest.approx(first, rel=1e-9)
    with np.load(path) as file:
        assert int(file['n']) == 7
        np.testing.assert_allclose(file['sigma'], np.cov(file['features'].astype(float), rowvar=False), atol=1e-12)
        np.testing.assert_allclose(file['mu'], file['features'].astype(float).mean(0), atol=1e-12)


def test_statistics_of_something_else_are_refused(reference, pictures, tmp_path):
    path = tmp_path / 's.npz'
    run(FIDMetric(EXTRACTOR, image_set(reference), path), pictures)
    for change, problem in (
        ({'name': 'hue'}, r"extractor: is 'color', not 'hue'"),
        ({'identity': 'v2'}, r"identity: is 'v1', not 'v2'"),
    ):
        with pytest.raises(ValueError, match=rf's\.npz: {problem}'):
            FIDMetric({**EXTRACTOR, **change}, statistics=path)
    with pytest.raises(ValueError, match=r's\.npz: source: is .*; delete it or name another'):
        FIDMetric(EXTRACTOR, image_set(tmp_path), path)
    with pytest.raises(ValueError, match=r's\.npz: features: missing'):
        FIDMetric(EXTRACTOR, statistics=path, kid=True)


def test_missing_arguments(tmp_path):
    with pytest.raises(ValueError, match='give reference, statistics, or both'):
        FIDMetric(EXTRACTOR)
    with pytest.raises(FileNotFoundError, match=r's\.npz: no such statistics'):
        FIDMetric(EXTRACTOR, statistics=tmp_path / 's.npz')
    with pytest.raises(ValueError, match=r'kid_subset_size \(1\)'):
        FIDMetric(EXTRACTOR, kid=True, kid_subset_size=1)


def test_a_reference_of_one_image_is_refused(reference):
    with pytest.raises(ValueError, match='reference: needs at least 2 images, but has 1'):
        FIDMetric(EXTRACTOR, {**image_set(reference), 'indices': 1})
    with pytest.raises(ValueError, match='reference: sampler: must not repeat images'):
        FIDMetric(EXTRACTOR, {'dataset': image_set(reference), 'sampler': {'type': 'DefaultSampler'}})


@pytest.mark.parametrize('count', [0, 1])
def test_fewer_than_two_images_are_refused(reference, pictures, count):
    with pytest.raises(ValueError, match=f'FD_color needs at least 2 images, but the dataset gave {count}'):
        run(FIDMetric(EXTRACTOR, image_set(reference)), pictures[:count])


def test_repeated_images_are_refused(reference, pictures):
    metric = FIDMetric(EXTRACTOR, image_set(reference))
    metric.process(None, samples_of(pictures))
    with pytest.raises(ValueError, match='9 images were seen, but the dataset has 8'):
        metric.evaluate(8)


def test_bad_samples_are_named(reference, pictures):
    metric = FIDMetric(EXTRACTOR, image_set(reference))
    with pytest.raises(ValueError, match=r'1\.png: must be \(3, H, W\) uint8, but is \(3, 20, 30\) torch\.float64'):
        metric.process(None, samples_of([pictures[0], pictures[1] / 255]))
    with pytest.raises(ValueError, match=r'x\.png: translated: the model gives no such field'):
        metric.process(None, [{'img_path': 'x.png'}])
    with pytest.raises(ValueError, match=r'1\.png: its features under color are not finite'):
        metric.process(None, samples_of([pictures[0], pictures[0][:1, :1]]))  # the spread of a single pixel


def make_config(data_root, reference_root, work_dir):
    config = Config.fromfile(ROOT / 'configs/adapt/fid/fid_inception_demo.py')
    config.work_dir, config.log_level = str(work_dir), 'ERROR'
    evaluator = config.test_evaluator
    evaluator.extractor = EXTRACTOR
    for loader, root in ((config.test_dataloader, data_root), (evaluator.reference, reference_root)):
        loader.num_workers = 0
        loader.batch_size = 2
        loader.dataset = image_set(root)
    evaluator.statistics = f'{work_dir}/statistics.npz'
    return config


def measure(data_root, reference_root, work_dir):
    """Run the test loop, in this process or in each process of torchrun."""
    config = make_config(data_root, reference_root, work_dir)
    if 'RANK' in os.environ:
        torch.set_num_threads(1)
        torch.distributed.init_process_group('gloo')
        config.launcher = 'pytorch'
    metrics = Runner.from_cfg(config).test()
    if 'RANK' in os.environ:
        Path(work_dir, f'{os.environ["RANK"]}.json').write_text(json.dumps(metrics))
        torch.distributed.destroy_process_group()
    return metrics


@pytest.mark.slow
def test_two_processes_give_the_figures_of_one(reference, tmp_path):
    """Odd numbers of images: one process has more than the other, of both sets."""
    data_root = write_synpose_dataset(tmp_path / 'data', 5, 2, (40, 32), ('train',), seed=2)
    one = measure(data_root, reference, tmp_path / 'one')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    torchrun = (sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node=2', '--master-addr=127.0.0.1')
    arguments = (__file__, str(data_root), str(reference), str(tmp_path / 'two'))
    process = subprocess.run([*torchrun, f'--master-port={port}', *arguments], capture_output=True, cwd=tmp_path)
    assert process.returncode == 0, process.stderr.decode()[-3000:]
    for rank in range(2):
        two = json.loads((tmp_path / 'two' / f'{rank}.json').read_text())
        assert two == pytest.approx(one, rel=1e-9)
    assert (one['FD_color_n'], one['FD_color_n_reference']) == (5, 7)
    statistics = [np.load(tmp_path / name / 'statistics.npz') for name in ('one', 'two')]
    for field in ('n', 'mu', 'sigma', 'features'):
        np.testing.assert_allclose(statistics[1][field], statistics[0][field], rtol=1e-9, atol=1e-12)


if __name__ == '__main__':
    measure(*sys.argv[1:])
