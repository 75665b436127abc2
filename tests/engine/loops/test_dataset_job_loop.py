"""Jobs over a dataset as the Runner runs them: in one process, in two, killed, refused, resumed."""

import errno
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import MODELS

import synpose  # noqa: F401 - the processes of torchrun run this file alone
from synpose.engine.loops import DatasetJobLoop
from synpose.testing import read_tree, write_synpose_dataset

NUM_IMAGES = 7  # in two splits: four and three
ANN_FILES = ['annotations/train.json', 'annotations/val.json']


@MODELS.register_module(force=True)
class NegativeModel(BaseModel):
    """Turns pictures into their negatives, and remembers which."""

    seen: list[str] = []
    stop_after: int | None = None  # images; then an error
    pause = float(os.environ.get('PAUSE', 0))  # s

    def __init__(self, width=1, broken=None, **kwargs):
        super().__init__(**kwargs)
        self.level = torch.nn.Parameter(torch.zeros(width))
        self.broken = broken

    def forward(self, inputs, data_samples=None, mode='predict'):
        for image, sample in zip(inputs['source'], data_samples):
            if self.stop_after is not None and len(self.seen) >= self.stop_after:
                raise KeyboardInterrupt
            self.seen.append(sample.file_name)
            time.sleep(self.pause)
            pixels = 255 - image.permute(1, 2, 0).contiguous().cpu().numpy() - np.uint8(self.level[0].item())
            if self.broken == 'size':
                pixels = pixels[1:]
            if self.broken == 'type':
                pixels = pixels.astype(np.float32)
            if self.broken != 'missing':
                sample.set_field(pixels, 'translated', field_type='data')
            sample.set_field({'brightness': float(pixels.mean())}, 'measurements', field_type='data')
        return data_samples


def make_config(source, out, checkpoint, **changes):
    config = Config(
        dict(
            default_scope='mmpose',
            work_dir=f'{out}-logs',
            experiment_name=str(out).replace('/', '_'),
            model=dict(type='NegativeModel'),
            load_from=checkpoint and str(checkpoint),
            default_hooks=dict(timer=dict(type='IterTimerHook'), logger=dict(type='LoggerHook', interval=2)),
            test_cfg=dict(type='DatasetJobLoop'),
            test_dataloader=dict(
                batch_size=1,
                num_workers=0,
                dataset=dict(
                    type='SynPoseImageDataset',
                    data_root=str(source),
                    ann_files=ANN_FILES,
                    pipeline=[dict(type='LoadImage'), dict(type='PackTranslationInputs')],
                ),
            ),
            test_evaluator=dict(
                type='TranslatedDatasetWriter', data_root=str(source), ann_files=ANN_FILES, out_root=str(out)
            ),
        )
    )
    config.merge_from_dict(changes)
    return config


def run(*arguments, **changes):
    """Run a job; returns the figures and the images that the model saw."""
    NegativeModel.seen.clear()
    runner = Runner.from_cfg(make_config(*arguments, **changes))
    try:
        return runner.test(), list(NegativeModel.seen)
    finally:
        for handler in list(runner.logger.handlers):
            if isinstance(handler, logging.FileHandler):
                handler.flush()


def read_log(out):
    return ''.join(path.read_text() for path in sorted(Path(f'{out}-logs').rglob('*.log')))


@pytest.fixture(scope='module')
def source(tmp_path_factory):
    root = tmp_path_factory.mktemp('source') / 'data'
    write_synpose_dataset(root, num_images=4, image_size=(48, 33), splits=('train', 'val'))
    path = root / 'annotations' / 'val.json'  # leave one out: processes get unequal shares
    content = json.loads(path.read_text())
    last = content['images'].pop()['id']
    content['annotations'] = [person for person in content['annotations'] if person['image_id'] != last]
    path.write_text(json.dumps(content, indent=1))
    (root / 'annotations' / 'margins.json').write_text('{}')
    return root


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp('weights') / 'epoch_1.pth'
    torch.save({'state_dict': {'level': torch.zeros(1)}}, path)
    return path


@pytest.fixture(scope='module')
def undisturbed(source, checkpoint, tmp_path_factory):
    """The folder that a job writes in one go."""
    init_default_scope('mmpose')
    out = tmp_path_factory.mktemp('whole') / 'out'
    figures, seen = run(source, out, checkpoint)
    counts = {'dataset/images': NUM_IMAGES, 'dataset/people': 3 * NUM_IMAGES, 'dataset/skipped': 0}
    assert figures == figures | counts
    assert len(seen) == NUM_IMAGES
    return out


@pytest.fixture(autouse=True)
def _nothing_stops():
    yield
    NegativeModel.stop_after = None


def test_pictures_are_what_the_model_made_of_those_of_the_same_stem(source, undisturbed):
    made = sorted((undisturbed / 'images').iterdir())
    assert len(made) == NUM_IMAGES
    for path in made:
        original = cv2.imread(str(source / 'images' / path.name))
        assert np.array_equal(cv2.imread(str(path)), 255 - original)


def test_annotations_differ_in_file_name_and_domain_alone(source, undisturbed):
    for ann_file in ANN_FILES:
        before, after = (json.loads((root / ann_file).read_text()) for root in (source, undisturbed))
        for old, new in zip(before['images'], after['images']):
            assert new == {**old, 'domain': 'translated', 'file_name': Path(old['file_name']).stem + '.png'}
        text, new_text = ((root / ann_file).read_text() for root in (source, undisturbed))
        start = text.index('"annotations"')
        assert new_text.endswith(text[start:])
        assert len(before['images']) == len(after['images'])
    assert not (undisturbed / 'annotations' / 'margins.json').exists()


def test_stencils_and_depth_are_the_sources_own_files(source, undisturbed):
    for folder in ('stencils', 'depth'):
        files = list((undisturbed / folder).iterdir())
        assert len(files) == NUM_IMAGES
        assert all(path.samefile(source / folder / path.name) for path in files)


def test_the_manifest_names_model_source_versions_and_counts(source, undisturbed, checkpoint):
    manifest = json.loads((undisturbed / 'dataset.json').read_text())
    assert manifest['format'] == 'SynPose'
    assert manifest['model']['type'] == 'NegativeModel'
    assert len(manifest['model']['checkpoint_sha256']) == 64
    assert manifest['provenance']['checkpoint'] == str(checkpoint)
    assert manifest['source']['dataset'] == json.loads((source / 'dataset.json').read_text())
    assert set(manifest['source']['annotations']) == set(ANN_FILES)
    assert {'torch', 'synpose', 'cv2'} <= set(manifest['versions'])
    whole = {'skipped_images': 0, 'skipped_people': 0}
    assert manifest['counts'] == {
        'train': {'images': 4, 'people': 12, **whole},
        'val': {'images': 3, 'people': 9, **whole},
    }
    means = [cv2.imread(str(path)).mean() for path in sorted((undisturbed / 'images').iterdir())]
    measured = {'brightness': pytest.approx(np.mean(means)), 'brightness_images': NUM_IMAGES}
    assert manifest['measurements'] == measured
    readme = (undisturbed / 'README.md').read_text()
    assert '| train | 4 | 12 | 0 | 0 |' in readme
    assert f'| brightness | {np.mean(means):.4g} | 7 |' in readme


def test_nothing_else_is_left_in_the_folder(undisturbed):
    names = {'README.md', 'dataset.json', 'images', 'stencils', 'depth', 'annotations', 'measurements'}
    assert {path.name for path in undisturbed.iterdir()} == names
    assert not list(undisturbed.rglob('.*'))


def test_the_new_folder_is_a_dataset_and_passes_the_audit(undisturbed, tmp_path):
    from mmpose.registry import DATASETS

    from synpose.reporting import write_dataset_report

    shutil.copytree(undisturbed, tmp_path / 'data')  # a dataset keeps a store beside its annotations
    dataset = DATASETS.build(
        dict(type='SynPoseDataset', data_root=str(tmp_path / 'data'), ann_file=ANN_FILES[0], data_mode='bottomup')
    )
    assert len(dataset) == 4
    assert dataset.get_data_info(0)['domain'] == 'translated'
    _, scan = write_dataset_report(tmp_path / 'data', tmp_path / 'report', audit_only=True)
    found = {finding.check for finding in scan.findings}
    assert found.isdisjoint({'files', 'records', 'splits', 'stencils'})


def test_the_log_tells_progress_and_time_left(undisturbed):
    log = read_log(undisturbed)
    assert f'{NUM_IMAGES} of {NUM_IMAGES} images to go' in log
    assert f'[2/{NUM_IMAGES}]' in log
    assert 'eta: ' in log


def test_a_complete_dataset_says_so_and_stays_as_it_is(source, undisturbed, checkpoint):
    before = {path: path.stat().st_mtime_ns for path in undisturbed.rglob('*') if path.is_file()}
    figures, seen = run(source, undisturbed, checkpoint)
    assert (figures, seen) == ({}, [])
    assert f'is complete: all {NUM_IMAGES} images are there' in read_log(undisturbed)
    assert {path: path.stat().st_mtime_ns for path in undisturbed.rglob('*') if path.is_file()} == before


@pytest.mark.parametrize('done', [0, 3, NUM_IMAGES])
def test_a_job_that_was_stopped_goes_on_where_it_was(source, undisturbed, checkpoint, tmp_path, done, monkeypatch):
    NegativeModel.stop_after = done
    if done == NUM_IMAGES:  # after the last picture, before the annotations
        monkeypatch.setattr('synpose.evaluation.metrics.translated_dataset_writer.rewrite_annotations', _interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(source, tmp_path / 'out', checkpoint)
    monkeypatch.undo()
    assert 'counts' not in json.loads((tmp_path / 'out' / 'dataset.json').read_text())
    leftover = tmp_path / 'out' / 'images' / '.000001-abcdefgh.png'  # as a killed process leaves it
    leftover.parent.mkdir(exist_ok=True)
    leftover.write_bytes(b'torn')
    NegativeModel.stop_after = None
    figures, seen = run(source, tmp_path / 'out', checkpoint)
    assert figures['dataset/images'] == NUM_IMAGES
    assert len(seen) == NUM_IMAGES - done
    assert read_tree(tmp_path / 'out') == read_tree(undisturbed)


def _interrupt(*arguments):
    raise KeyboardInterrupt


def test_a_picture_that_is_gone_from_a_complete_dataset_is_made_again(source, undisturbed, checkpoint, tmp_path):
    out = tmp_path / 'out'
    shutil.copytree(undisturbed, out)
    (out / 'images' / '000002.png').unlink()
    (out / 'images' / '000003.png').write_bytes(b'')  # a power failure
    _, seen = run(source, out, checkpoint)
    assert seen == ['000002.png', '000003.png']
    assert read_tree(out) == read_tree(undisturbed)


@pytest.mark.parametrize(
    ('changes', 'differing'),
    [
        ({'load_from': 'other'}, 'model.checkpoint_sha256 was "'),
        (
            {'load_from': None, 'model.init_cfg': dict(type='Constant', layer='NegativeModel', val=0)},
            'model.weights_sha256 was null',
        ),
        ({'model.broken': 'no'}, 'model.config.model.broken was null and is "no"'),
        ({'test_cfg.fp16': True}, 'model.config.test_cfg.fp16 was null and is true'),
        ({'test_evaluator.suffix': '.jpg'}, 'job.suffix was ".png" and is ".jpg"'),
        ({'source': 'other'}, r'source.annotations.annotations/train.json was "'),
    ],
)
def test_a_folder_of_another_job_is_refused(source, undisturbed, checkpoint, tmp_path, changes, differing):
    out = tmp_path / 'out'
    shutil.copytree(undisturbed, out)
    before = read_tree(out)
    if changes.get('load_from'):
        changes = {'load_from': str(tmp_path / 'other.pth')}
        torch.save({'state_dict': {'level': torch.ones(1)}}, tmp_path / 'other.pth')
    if changes == {'source': 'other'}:
        changes = {}
        shutil.copytree(source, tmp_path / 'source')
        source = tmp_path / 'source'
        with open(source / ANN_FILES[0], 'a') as file:
            file.write('\n')
    with pytest.raises(ValueError, match='was begun by another job') as error:
        run(source, out, checkpoint, **changes)
    assert differing in str(error.value)
    assert f'delete {out} or choose another out_root' in str(error.value)
    assert '\n' not in str(error.value)
    assert read_tree(out) == before


def test_a_folder_where_nothing_was_made_yet_may_change_its_settings(source, undisturbed, checkpoint, tmp_path):
    out = tmp_path / 'out'
    with pytest.raises(ValueError, match='translated'):
        run(source, out, checkpoint, **{'model.broken': 'size'})
    run(source, out, checkpoint)
    assert read_tree(out / 'images') == read_tree(undisturbed / 'images')
    assert 'broken' not in json.loads((out / 'dataset.json').read_text())['model']['config']['model']


def test_a_source_that_was_moved_is_the_same_source(source, undisturbed, checkpoint, tmp_path):
    shutil.copytree(undisturbed, tmp_path / 'out')
    shutil.copytree(source, tmp_path / 'moved')
    assert run(tmp_path / 'moved', tmp_path / 'out', checkpoint) == ({}, [])


def test_a_folder_with_other_files_is_refused(source, checkpoint, tmp_path):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'thesis.txt').write_text('mine')
    with pytest.raises(ValueError, match=r'holds files \(thesis.txt\) but no dataset.json'):
        run(source, tmp_path / 'out', checkpoint)
    assert read_tree(tmp_path / 'out') == {'thesis.txt': b'mine'}


def test_a_second_job_at_the_same_time_is_refused(source, checkpoint, tmp_path):
    from synpose.locking import FileLock

    (tmp_path / 'out').mkdir()
    lock = FileLock(tmp_path / 'out' / '.lock')
    assert lock.acquire()
    with pytest.raises(BlockingIOError, match='another job is writing here'):
        run(source, tmp_path / 'out', checkpoint)
    lock.release()


def test_a_full_disk_is_one_error_and_the_job_goes_on_later(source, undisturbed, checkpoint, tmp_path, monkeypatch):
    out, write = tmp_path / 'out', Path.write_bytes

    def full(path, content):
        if len(list((out / 'images').glob('[!.]*'))) == 3 and path.suffix == '.png':
            write(path, bytes(content)[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    monkeypatch.setattr(Path, 'write_bytes', full)
    with pytest.raises(OSError, match=r'0000\d\d\.png: cannot be written \(No space left .*make room') as error:
        run(source, out, checkpoint)
    assert error.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert len(list((out / 'images').iterdir())) == 3
    assert len(run(source, out, checkpoint)[1]) == NUM_IMAGES - 3
    assert read_tree(out) == read_tree(undisturbed)


def test_images_that_the_dataset_skips_are_left_out_with_their_people(source, checkpoint, tmp_path):
    root, out = tmp_path / 'data', tmp_path / 'out'
    shutil.copytree(source, root)
    (root / 'images' / '000002.png').write_bytes(b'no picture')
    with pytest.raises(ValueError, match=r'000002\.png'):
        run(root, out, checkpoint)
    figures, seen = run(root, out, checkpoint, **{'test_dataloader.dataset.on_error': 'skip'})
    counts = {'dataset/images': 6, 'dataset/people': 18, 'dataset/skipped': 1}
    assert figures == figures | {**counts, 'dataset/brightness_images': 6}
    assert '000002.png' not in seen
    manifest = json.loads((out / 'dataset.json').read_text())
    assert manifest['skipped'] == {ANN_FILES[0]: ['000002.png'], ANN_FILES[1]: []}
    assert manifest['counts']['train'] == {'images': 3, 'people': 9, 'skipped_images': 1, 'skipped_people': 3}
    content = json.loads((out / ANN_FILES[0]).read_text())
    assert [image['id'] for image in content['images']] == [1, 3, 4]
    assert {person['image_id'] for person in content['annotations']} == {1, 3, 4}
    assert '1 images that the dataset skipped are left out, with their people: 000002.png' in read_log(out)


@pytest.mark.parametrize(
    ('broken', 'found'),
    [
        ('size', r'uint8 \(32, 48, 3\)'),
        ('type', r'float32 \(33, 48, 3\)'),
        ('missing', 'NoneType'),
    ],
)
def test_a_picture_of_another_size_or_type_is_refused_by_name(source, checkpoint, tmp_path, broken, found):
    expected = rf'000001\.png: translated: .* uint8 array of \(33, 48, 3\), not {found}'
    with pytest.raises(ValueError, match=expected):
        run(source, tmp_path / 'out', checkpoint, **{'model.broken': broken})


def test_jpeg_of_a_chosen_quality(source, checkpoint, tmp_path):
    sizes = []
    for quality in (30, 95):
        out = tmp_path / str(quality)
        run(source, out, checkpoint, **{'test_evaluator.suffix': '.jpg', 'test_evaluator.quality': quality})
        assert sorted(path.name for path in (out / 'images').iterdir())[0] == '000001.jpg'
        assert json.loads((out / ANN_FILES[0]).read_text())['images'][0]['file_name'] == '000001.jpg'
        sizes.append((out / 'images' / '000001.jpg').stat().st_size)
    assert sizes[0] < sizes[1]


def test_a_job_without_checkpoint(source, undisturbed, tmp_path):
    run(source, tmp_path / 'out', None, **{'model.init_cfg': dict(type='Constant', layer='NegativeModel', val=0)})
    manifest = json.loads((tmp_path / 'out' / 'dataset.json').read_text())
    assert manifest['provenance']['checkpoint'] is None
    assert len(manifest['model']['weights_sha256']) == 64
    assert (tmp_path / 'out' / 'images' / '000001.png').read_bytes() == read_tree(undisturbed)['images/000001.png']


@pytest.mark.parametrize(
    ('weights', 'message'),
    [
        ({'generator.0.weight': torch.zeros(3)}, 'level is missing'),
        ({'level': torch.zeros(2)}, r'level is \(2,\), in the model \(1,\)'),
    ],
)
def test_a_checkpoint_of_another_architecture_is_refused(source, tmp_path, weights, message):
    torch.save({'state_dict': weights}, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=rf'other.pth: not a checkpoint of this NegativeModel: {message}'):
        run(source, tmp_path / 'out', tmp_path / 'other.pth')
    assert not (tmp_path / 'out').exists()


def test_a_trained_model_without_checkpoint_is_refused(source, tmp_path):
    with pytest.raises(ValueError, match='NegativeModel has weights to load: give a checkpoint'):
        run(source, tmp_path / 'out', None)
    assert not (tmp_path / 'out').exists()


def test_a_checkpoint_of_a_wrapped_model_is_accepted(source, undisturbed, tmp_path):
    torch.save({'state_dict': {'module.level': torch.zeros(1)}}, tmp_path / 'wrapped.pth')
    assert run(source, tmp_path / 'out', tmp_path / 'wrapped.pth')[0]['dataset/images'] == NUM_IMAGES


def test_data_of_the_evaluator_and_of_the_dataset_must_agree(source, checkpoint, tmp_path):
    with pytest.raises(ValueError, match=r'00000\d.png: the dataset gives this image, but annotations/val.json in'):
        run(source, tmp_path / 'out', checkpoint, **{'test_evaluator.ann_files': ANN_FILES[1:]})


def test_the_writer_needs_its_loop(source, checkpoint, tmp_path):
    with pytest.raises(RuntimeError, match='DatasetJobLoop'):
        run(source, tmp_path / 'out', checkpoint, **{'test_cfg.type': 'TestLoop'})


def test_the_loop_needs_one_writer(source, checkpoint, tmp_path):
    config = make_config(source, tmp_path / 'out', checkpoint)
    config.test_evaluator = [config.test_evaluator, config.test_evaluator]
    with pytest.raises(ValueError, match='must hold one dataset writer'):
        Runner.from_cfg(config).test()


def test_the_loop_makes_its_dataloader(source, checkpoint, tmp_path):
    config = make_config(source, tmp_path / 'out', checkpoint)
    whole = Runner.build_dataloader({'sampler': dict(type='DefaultSampler', shuffle=False), **config.test_dataloader})
    with pytest.raises(ValueError, match='test_dataloader must be a config'):
        DatasetJobLoop(None, whole, config.test_evaluator)


def command(*arguments):
    return [sys.executable, *arguments]


@pytest.mark.slow
def test_a_killed_process_loses_nothing(source, undisturbed, checkpoint, tmp_path):
    out = tmp_path / 'out'
    environment = {**os.environ, 'PAUSE': '0.3'}
    process = subprocess.Popen(command(__file__, str(source), str(out), str(checkpoint)), env=environment)
    deadline = time.monotonic() + 300
    while len(list((out / 'images').glob('[!.]*'))) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL  # it was still at work
    done = len(list((out / 'images').glob('[!.]*')))
    assert 2 <= done < NUM_IMAGES
    assert len(run(source, out, checkpoint)[1]) == NUM_IMAGES - done
    assert read_tree(out) == read_tree(undisturbed)


def test_two_processes_write_what_one_writes(source, undisturbed, checkpoint, tmp_path):
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    torchrun = command('-m', 'torch.distributed.run', '--nproc-per-node=2')
    address = ['--master-addr=127.0.0.1', f'--master-port={port}']
    out = tmp_path / 'out'
    first = [*torchrun, *address, __file__, str(source), str(out), str(checkpoint)]
    done = subprocess.run(first, capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    assert read_tree(out) == read_tree(undisturbed)
    # Both took part, each wrote its own, and a job of the same processes that is complete or refused ends well.
    shares = [json.loads((tmp_path / f'seen-{rank}.json').read_text()) for rank in range(2)]
    assert sorted(map(len, shares[0])) == [0, 4]
    assert sorted(map(len, shares[1])) == [0, 3]
    assert not set(shares[0][0]) & set(shares[1][0])
    assert [json.loads((tmp_path / f'error-{rank}.json').read_text()) for rank in range(2)] == ['ValueError', 'exit 1']


def main(source, out, checkpoint):
    """Run a job in a process of its own; as one of several, run it again when it is complete, and once refused."""
    torch.set_num_threads(1)
    if 'RANK' not in os.environ:
        run(source, out, checkpoint)
        return
    torch.distributed.init_process_group('gloo')
    wrapper = dict(model_wrapper_cfg=dict(type='MMDistributedDataParallel', device_ids=None), launcher='pytorch')
    seen = [run(source, out, checkpoint, **wrapper)[1] for _ in range(2)]
    Path(f'seen-{os.environ["RANK"]}.json').write_text(json.dumps(seen))
    try:
        run(source, out, checkpoint, **wrapper, **{'test_evaluator.domain': 'stylized'})
    except ValueError:
        ended = 'ValueError'
    except SystemExit as stop:
        ended = f'exit {stop.code}'
    Path(f'error-{os.environ["RANK"]}.json').write_text(json.dumps(ended))
    torch.distributed.destroy_process_group()


if __name__ == '__main__':
    main(*sys.argv[1:])
