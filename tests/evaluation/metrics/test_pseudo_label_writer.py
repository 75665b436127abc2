"""Labeling a folder through the Runner: what is written, and that it is the same in pieces and by two processes."""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import METRICS

import synpose  # noqa: F401 - the processes of torchrun run this file alone
from synpose.models import WholeBodyPseudoLabeler
from synpose.skeletons import COCO17_NAMES
from synpose.testing import read_tree, write_synpose_dataset
from synpose.testing.small_teachers import write_teacher

ANN_FILE = 'annotations/train.json'
NUM_IMAGES = 5
LIMITS = dict(score=0.2, box_margin=9.0, hand_bone=99.0, foot_bone=99.0, crossing=False)
PARTS = ('foot', 'face', 'lefthand', 'righthand')
ADDED = {*(f'{part}_kpts' for part in PARTS), *(f'{part}_valid' for part in PARTS), 'keypoint_scores'}
ADDED |= {f'{part}_box' for part in PARTS[1:]}


def make_config(root, out, **changes):
    teacher = dict(config=str(root / 'teacher.py'), checkpoint=str(root / 'teacher.pth'))
    data = dict(data_root=str(root / 'data'), ann_files=[ANN_FILE])
    keys = ('file_name', 'img_id', 'img_path', 'ori_shape', 'people')
    pipeline = [dict(type='LoadImage'), dict(type='PackPoseInputs', meta_keys=keys)]
    parts = ('foot', 'face', 'left_hand', 'right_hand')
    config = Config(
        dict(
            default_scope='mmpose',
            work_dir=f'{out}-logs',
            experiment_name=str(out).replace('/', '_'),
            model=dict(
                type='WholeBodyPseudoLabeler', teachers=[dict(parts=parts, **teacher)], limits=LIMITS, chunk_size=4
            ),
            test_cfg=dict(type='DatasetJobLoop'),
            test_dataloader=dict(
                batch_size=2, num_workers=0, dataset=dict(type='PeopleImageDataset', pipeline=pipeline, **data)
            ),
            test_evaluator=dict(type='PseudoLabelWriter', out_root=str(out), **data),
        )
    )
    config.merge_from_dict(changes)
    return config


def run(root, out, **changes):
    runner = Runner.from_cfg(make_config(root, out, **changes))
    try:
        return runner.test()
    finally:
        for handler in list(runner.logger.handlers):
            if isinstance(handler, logging.FileHandler):
                handler.flush()


def people_of(root):
    return json.loads((root / ANN_FILE).read_text())['annotations']


@pytest.fixture(scope='module', autouse=True)
def _one_thread():
    """The last bit of a convolution may depend on the number of threads, here as in the processes of torchrun."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    """A folder with a source and a teacher for everything; some records are not as they should be."""
    init_default_scope('mmpose')
    root = tmp_path_factory.mktemp('root')
    write_synpose_dataset(root / 'data', NUM_IMAGES, 2, (96, 72), ('train',), COCO17_NAMES)
    write_teacher(root, 'coco_wholebody', 133, 'teacher')
    path = root / 'data' / ANN_FILE
    content = json.loads(path.read_text())
    people = content['annotations']
    people[0]['iscrowd'] = 1
    people[1]['keypoints'], people[1]['num_keypoints'] = [0] * 51, 0
    people[2].update(face_kpts=[7, 7, 2] * 68, note='caf\u00e9')  # labels of another's, which must not survive
    people[3]['id'] = people[9]['id']
    people[4]['bbox'] = [1000, 1000, 20, 20]
    content['annotations'].append({'id': 77, 'image_id': 1, 'category_id': 2, 'bbox': [0, 0, 9, 9]})
    content['categories'].append({'id': 2, 'name': 'dog'})
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False).replace('"area": 1', '"area":   1'))
    return root


@pytest.fixture(scope='module')
def undisturbed(root, tmp_path_factory):
    """What a job writes in one go."""
    out = tmp_path_factory.mktemp('whole') / 'out'
    figures = run(root, out)
    assert figures == {'dataset/images': NUM_IMAGES, 'dataset/people': 11, 'dataset/skipped': 0}
    return out


def test_old_fields_stay_to_the_byte(root, undisturbed):
    before, after = ((folder / ANN_FILE).read_bytes() for folder in (root / 'data', undisturbed))
    # What was added stands at the end of each record; without it the old text is back, byte by byte.
    texts = json.loads(after)
    for old, person in zip(people_of(root / 'data'), texts['annotations']):
        new = [key for key in person if key not in old]
        text = ''.join(f', {json.dumps(key)}: {json.dumps(person[key])}' for key in new)
        after = after.replace(text.encode(), b'', 1)
    labeled = json.dumps(texts['annotations'][2]['face_kpts']).encode()
    start = before.index(b'"face_kpts": ') + len(b'"face_kpts": ')
    end = before.index(b']', start) + 1
    assert after.replace(labeled, before[start:end], 1) == before
    assert labeled != before[start:end]


def test_people_have_the_fields_of_coco_whole_body(undisturbed):
    people = people_of(undisturbed)
    assert people[-1] == {'id': 77, 'image_id': 1, 'category_id': 2, 'bbox': [0, 0, 9, 9]}
    for person in people[:-1]:
        assert person.keys() >= ADDED
        for part, count in zip(PARTS, (6, 68, 21, 21)):
            triples = np.reshape(person[f'{part}_kpts'], (count, 3))
            scores = np.array(person['keypoint_scores'])[{6: 17, 68: 23, 21: 91}[count] :][:count]
            if part == 'righthand':
                scores = np.array(person['keypoint_scores'])[112:]
            assert set(triples[:, 2]) <= {0, 2}
            assert person[f'{part}_valid'] == (triples[:, 2] > 0).any()
            assert (scores[triples[:, 2] > 0] >= LIMITS['score'] - 5e-5).all()
            assert not triples[triples[:, 2] == 0].any()
    labeled = [person['face_valid'] for person in people[:-1]]
    assert labeled[:5] == [False, False, True, False, False]
    assert sum(labeled) == 5
    assert people[3]['id'] == people[9]['id']
    assert not people[9]['face_valid']


def test_it_loads_in_mmposes_dataset_and_its_evaluator_reads_it(undisturbed, tmp_path):
    from mmpose.datasets import CocoWholeBodyDataset  # after synpose, which brings what it needs
    from mmpose.evaluation.metrics import CocoWholeBodyMetric

    content = json.loads((undisturbed / ANN_FILE).read_text())
    people = content['annotations']
    content['annotations'] = [person for person in people if person.get('face_valid')]  # MMPose fails on the dog
    path = tmp_path / 'people.json'
    path.write_text(json.dumps(content))
    image = dict(img=str(undisturbed / 'images/'))
    dataset = CocoWholeBodyDataset(ann_file=str(path), data_prefix=image, test_mode=True)
    by_id = {person['id']: person for person in content['annotations']}
    assert len(dataset) == 5
    metric = CocoWholeBodyMetric(ann_file=str(path))
    metric.dataset_meta = dataset.metainfo
    for sample in (dataset[k] for k in range(len(dataset))):
        person = by_id[sample['id']]
        expected = np.concatenate([np.reshape(person[key], (-1, 3)) for key in _joint_fields()])
        np.testing.assert_allclose(sample['keypoints'][0], expected[:, :2])
        assert np.array_equal(sample['keypoints_visible'][0] > 0, expected[:, 2] > 0)
        assert Path(sample['img_path']).is_file()
        found = dict(keypoints=sample['keypoints'], keypoint_scores=np.ones((1, 133)), bbox_scores=np.ones(1))
        truth = dict(bbox_scales=np.ones((1, 2)), bbox_scores=np.ones(1))
        data = dict(id=sample['id'], img_id=sample['img_id'], category_id=1, pred_instances=found, gt_instances=truth)
        metric.process(None, [data])
    figures = metric.evaluate(len(dataset))
    assert figures['coco-wholebody/AP'] == pytest.approx(1)


def _joint_fields():
    return 'keypoints', *(f'{part}_kpts' for part in PARTS)


def test_pictures_are_the_sources_own_and_the_description_counts(root, undisturbed):
    name = '000001.png'
    assert (undisturbed / 'images' / name).samefile(root / 'data' / 'images' / name)
    manifest = json.loads((undisturbed / 'dataset.json').read_text())
    (teacher,) = manifest['model']['teachers']
    assert len(teacher['checkpoint_sha256']) == 64
    assert teacher['settings']['model']['head']['out_channels'] == 133
    assert manifest['model']['config']['model']['limits'] == LIMITS
    counts = manifest['counts']['train']
    assert (counts['images'], counts['people']) == (NUM_IMAGES, 11)
    told = {name: count for name, count in counts.items() if name.startswith('people/')}
    assert told == {'people/crowd': 1, 'people/duplicate_id': 2, 'people/labeled': 7, 'people/no_joints': 1}
    assert counts['foot_boxes/outside_image'] == 1
    assert counts['face_joints/kept'] > 0
    readme = (undisturbed / 'README.md').read_text()
    assert f'weights `{root / "teacher.pth"}`' in readme
    assert '| train | people: duplicate id | 2 |' in readme


def test_a_killed_job_goes_on_to_the_same_bytes(root, undisturbed, tmp_path, monkeypatch):
    out, step, done = tmp_path / 'out', WholeBodyPseudoLabeler.test_step, []

    def stop(self, data):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return step(self, data)

    monkeypatch.setattr(WholeBodyPseudoLabeler, 'test_step', stop)
    with pytest.raises(KeyboardInterrupt):
        run(root, out)
    assert len(list((out / 'labels').iterdir())) == 4
    assert not (out / ANN_FILE).exists()
    (out / 'labels' / '000002.png.json').unlink()  # another companion for the last one
    monkeypatch.undo()
    run(root, out)
    assert read_tree(out) == read_tree(undisturbed)
    assert run(root, out) == {}


@pytest.mark.slow
def test_two_processes_write_what_one_writes(root, undisturbed, tmp_path):
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    torchrun = (sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node=2')
    address = ('--master-addr=127.0.0.1', f'--master-port={port}')
    out = tmp_path / 'out'
    done = subprocess.run([*torchrun, *address, __file__, str(root), str(out)], capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    assert read_tree(out) == read_tree(undisturbed)


def test_rejected_labels_are_taken_back_without_labeling_again(root, undisturbed, tmp_path, monkeypatch):
    out, path = tmp_path / 'out', tmp_path / 'rejected.txt'
    shutil.copytree(undisturbed, out)
    people = people_of(out)
    path.write_text(f'{people[2]["id"]}\n')
    monkeypatch.setattr(WholeBodyPseudoLabeler, 'test_step', None)  # nothing is left to label
    run(root, out, **{'test_evaluator.rejected': str(path)})
    after = people_of(out)
    assert [person for k, person in enumerate(after) if k != 2] == [p for k, p in enumerate(people) if k != 2]
    assert after[2]['keypoints'] == people[2]['keypoints']
    assert people[2]['face_valid']
    assert not after[2]['face_valid']
    assert not any(after[2]['face_kpts'])
    manifest = json.loads((out / 'dataset.json').read_text())
    assert manifest['counts']['train']['people/rejected'] == 1
    assert len(manifest['rejected']['train']) == 64
    run(root, out)  # and given back
    assert read_tree(out) == read_tree(undisturbed)
    path.write_text('123456\n')
    with pytest.raises(ValueError, match='rejected annotations that it does not have: 123456'):
        run(root, out, **{'test_evaluator.rejected': str(path)})


def test_another_threshold_is_another_job(root, undisturbed, tmp_path):
    shutil.copytree(undisturbed, tmp_path / 'out')
    with pytest.raises(
        ValueError, match=r'begun by another job: model\.config\.model\.limits\.score was 0\.2 and is 0\.3'
    ):
        run(root, tmp_path / 'out', **{'model.limits.score': 0.3})


def test_bad_arguments(tmp_path):
    arguments = dict(type='PseudoLabelWriter', data_root='data', ann_files=['a.json', 'b.json'], out_root='out')
    with pytest.raises(ValueError, match=r'rejected must name 2 file\(s\)'):
        METRICS.build({**arguments, 'rejected': str(tmp_path / 'rejected.txt')})
    writer = METRICS.build(arguments)
    with pytest.raises(ValueError, match=r'x\.jpg: labels: the model gives none'):
        writer.write('x.jpg', {})


def main(root, out):
    """Run a job as one of several processes."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group('gloo')
    run(Path(root), Path(out), launcher='pytorch', model_wrapper_cfg=dict(type='MMSeparateDistributedDataParallel'))
    torch.distributed.destroy_process_group()


if __name__ == '__main__':
    assert 'RANK' in os.environ
    main(*sys.argv[1:])
