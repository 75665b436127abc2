"""One scene written in every public layout, from what their documentation says, not from the package's tables."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from scipy.io import savemat

Joints = dict[str, tuple[float, float, int]]


@dataclass
class Person:
    """Joints by the 59 names: x, y (px from 0) and visibility 1 occluded or 2 visible; box x, y, w, h."""

    joints: Joints
    box: tuple[float, float, float, float]


@dataclass
class Photo:
    name: str
    size: tuple[int, int]
    people: list[Person] = field(default_factory=list)


BODY = [
    f'{side}_{part}' for part in ('shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle') for side in ('left', 'right')
]
FACE = ['nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear']


@pytest.fixture
def scene() -> list[Photo]:
    """Two people, nobody, and one person; every joint at a place of its own, every third occluded, some absent."""
    rng = np.random.default_rng(3)
    photos = [Photo('0001.jpg', (64, 48)), Photo('0002.jpg', (40, 30)), Photo('0003.jpg', (56, 72))]
    for photo, people in zip(photos, (2, 0, 1)):
        for _ in range(people):
            joints: Joints = {}
            for number, name in enumerate([*FACE, *BODY, 'head_top', 'neck', 'pelvis', 'left_toe', 'chin']):
                x, y = rng.integers(4, 36, 2).tolist()
                joints[name] = (x, y + 0.25, 1 if number % 3 == 0 else 2)
            del joints['left_wrist'], joints['right_ear']
            photo.people.append(Person(joints, (3, 2, 34, 36)))
    return photos


@pytest.fixture
def photos(tmp_path: Path, scene: list[Photo]) -> Path:
    """The folder of the scene's pictures."""
    folder = tmp_path / 'photos'
    folder.mkdir()
    for photo in scene:
        cv2.imwrite(str(folder / photo.name), np.full((*photo.size[::-1], 3), 90, np.uint8))
    return folder


def mmpose_names(dataset: str) -> list[str]:
    """The joint names of a skeleton as MMPose lists them."""
    import mmpose

    path = Path(mmpose.__file__).parent / '.mim' / 'configs' / '_base_' / 'datasets' / f'{dataset}.py'
    info = Config.fromfile(path).dataset_info['keypoint_info']
    return [info[index]['name'] for index in sorted(info)]


@pytest.fixture(name='mmpose_names')
def mmpose_names_fixture() -> Callable[[str], list[str]]:
    return mmpose_names


def flat(person: Person, names: Sequence[str], ours: Mapping[str, str], flags: Sequence[int]) -> list[float]:
    """Write joints as x, y, flag; ``flags`` stands for absent, occluded and visible."""
    triples = [person.joints.get(ours.get(name, name), (0, 0, 0)) for name in names]
    return [value for x, y, v in triples for value in (x, y, flags[v])]


def coco_content(
    scene: Sequence[Photo],
    names: Sequence[str],
    ours: Mapping[str, str] | None = None,
    flags: Sequence[int] = (0, 1, 2),
    named: bool = True,
) -> dict[str, Any]:
    images, annotations = [], []
    for number, photo in enumerate(scene, start=7):
        images.append({'id': number, 'file_name': photo.name, 'width': photo.size[0], 'height': photo.size[1]})
        for person in photo.people:
            points = flat(person, names, ours or {}, flags)
            record = {'id': 100 + len(annotations), 'image_id': number, 'category_id': 1, 'bbox': list(person.box)}
            annotations.append({**record, 'keypoints': points, 'num_keypoints': len(person.joints)})
    category = {'id': 1, 'name': 'person', 'supercategory': 'person'}
    if named:
        category |= {'keypoints': list(names), 'skeleton': []}
    return {'info': {}, 'images': images, 'annotations': annotations, 'categories': [category]}


CROWDPOSE = [*BODY, 'head', 'neck']
AIC = [
    f'{s}_{j}' for limb in ('shoulder elbow wrist', 'hip knee ankle') for s in ('right', 'left') for j in limb.split()
]
AIC += ['head_top', 'neck']
MPII = ['right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle']
MPII += ['pelvis', 'thorax', 'upper_neck', 'head_top']
MPII += ['right_wrist', 'right_elbow', 'right_shoulder', 'left_shoulder', 'left_elbow', 'left_wrist']


def write_coco(path: Path, scene: Sequence[Photo]) -> None:
    path.write_text(json.dumps(coco_content(scene, mmpose_names('coco'))))


def write_crowdpose(path: Path, scene: Sequence[Photo]) -> None:
    content = coco_content(scene, CROWDPOSE, {'head': 'head_top'})
    for image in content['images']:
        image['crowdIndex'] = 0.4
    path.write_text(json.dumps(content))


def write_mmpose_crowdpose(path: Path, scene: Sequence[Photo]) -> None:
    path.write_text(json.dumps(coco_content(scene, CROWDPOSE, {'head': 'head_top'}, named=False)))


HALPE = {'head': 'head_top', 'hip': 'pelvis', 'left_big_toe': 'left_toe', 'face-8': 'chin'}


def write_halpe26(path: Path, scene: Sequence[Photo]) -> None:
    path.write_text(json.dumps(coco_content(scene, mmpose_names('halpe26'), HALPE, named=False)))


def write_halpe136(path: Path, scene: Sequence[Photo]) -> None:
    path.write_text(json.dumps(coco_content(scene, mmpose_names('halpe'), HALPE, named=False)))


def write_wholebody(path: Path, scene: Sequence[Photo]) -> None:
    """COCO-WholeBody: 17 joints, and feet, face and hands in fields of their own."""
    names = mmpose_names('coco_wholebody')
    content = coco_content(scene, names, HALPE)
    parts = {'keypoints': 17, 'foot_kpts': 6, 'face_kpts': 68, 'lefthand_kpts': 21, 'righthand_kpts': 21}
    for annotation in content['annotations']:
        points = annotation['keypoints']
        for part, count in parts.items():
            annotation[part], points = points[: 3 * count], points[3 * count :]
    content['categories'][0]['keypoints'] = names[:17]
    path.write_text(json.dumps(content))


def write_synpose14(path: Path, scene: Sequence[Photo]) -> None:
    """The release's subset: flag 1 is occluded by the own body, 0 by others, 2 visible."""
    content = coco_content(scene, CROWDPOSE, {'head': 'head_top'}, (0, 0, 2))
    content['annotations'][0]['keypoints'] = flat(scene[0].people[0], CROWDPOSE, {'head': 'head_top'}, (0, 1, 2))
    path.write_text(json.dumps(content))


def write_aic(path: Path, scene: Sequence[Photo]) -> None:
    content = []
    for photo in scene:
        people = {f'human{number}': person for number, person in enumerate(photo.people, start=1)}
        boxes = {key: [x, y, x + w, y + h] for key, (x, y, w, h) in ((k, p.box) for k, p in people.items())}
        joints = {key: flat(person, AIC, {}, (3, 2, 1)) for key, person in people.items()}
        name = photo.name.removesuffix('.jpg')
        content.append({'image_id': name, 'human_annotations': boxes, 'keypoint_annotations': joints})
    path.write_text(json.dumps(content))


def mpii_place(person: Person) -> tuple[list[float], float]:
    """Center (counted from 1) and scale whose square of 200 px a scale is the person's box."""
    x, y, w, h = person.box
    return [x + w / 2 + 1, y + h / 2 + 1], max(w, h) / 200


def write_mpii_json(path: Path, scene: Sequence[Photo]) -> None:
    records = []
    for photo in scene:
        for person in photo.people:
            center, scale = mpii_place(person)
            places = [person.joints.get(name) for name in MPII]
            joints = [[-1, -1] if place is None else [place[0] + 1, place[1] + 1] for place in places]
            told = [int(place is not None) for place in places]
            record = {'image': photo.name, 'joints': joints, 'joints_vis': told, 'center': center, 'scale': scale}
            records.append(record)
    path.write_text(json.dumps(records))


def struct(records: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """A MATLAB struct array of one row."""
    names = list(dict.fromkeys(name for record in records for name in record))
    array = np.empty((1, len(records)), dtype=[(name, object) for name in names])
    for index, record in enumerate(records):
        array[0, index] = tuple(record.get(name, np.zeros((0, 0))) for name in names)
    return array


@pytest.fixture(name='struct')
def struct_fixture() -> Callable[..., np.ndarray]:
    return struct


def mpii_rect(person: Person) -> dict[str, Any]:
    """A person of ``annorect``; the head top has no ``is_visible``, and some flags are text, as in the file."""
    center, scale = mpii_place(person)
    points = []
    for number, name in enumerate(MPII):
        if name in person.joints:
            x, y, v = person.joints[name]
            seen: Any = np.zeros((0, 0)) if name == 'head_top' else v - 1
            points.append({'x': x + 1.0, 'y': y + 1.0, 'id': number, 'is_visible': str(seen) if number < 3 else seen})
    head = {'x1': 11.0, 'y1': 5.0, 'x2': 21.0, 'y2': 17.0}
    place = struct([{'x': center[0], 'y': center[1]}])
    return {**head, 'annopoints': struct([{'point': struct(points)}]), 'scale': scale, 'objpos': place}


def cells(count: int) -> np.ndarray:
    """A MATLAB cell array of one column, of empty matrices."""
    array = np.empty((count, 1), object)
    for index in range(count):
        array[index, 0] = np.zeros((0, 0))
    return array


def mpii_release(images: Sequence[Mapping[str, Any]], training: Sequence[int]) -> dict[str, Any]:
    """The file's one variable, with the fields of ``mpii_human_pose_v1_u12_1.mat``."""
    release = {
        'annolist': struct(images),
        'img_train': np.array([training], np.uint8),
        'version': '12',
        'single_person': cells(len(images)),
        'act': struct([{'act_name': 'sitting', 'cat_name': 'miscellaneous', 'act_id': 1}]),
        'video_list': cells(1),
    }
    return {'RELEASE': struct([release])}


@pytest.fixture(name='mpii_release')
def mpii_release_fixture() -> Callable[..., dict[str, Any]]:
    return mpii_release


def mpii_image(name: str, rects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    people = struct(rects) if rects else np.zeros((0, 0))
    return {'image': struct([{'name': name}]), 'annorect': people, 'frame_sec': 3.0, 'vididx': 1}


@pytest.fixture(name='mpii_image')
def mpii_image_fixture() -> Callable[..., dict[str, Any]]:
    return mpii_image


@pytest.fixture(name='mpii_rect')
def mpii_rect_fixture() -> Callable[[Person], dict[str, Any]]:
    return mpii_rect


def write_mpii_mat(path: Path, scene: Sequence[Photo]) -> None:
    """The scene, a person known by the head alone, and a test image that is nowhere."""
    images = [mpii_image(photo.name, [mpii_rect(person) for person in photo.people]) for photo in scene]
    head = {'x1': 1.0, 'y1': 2.0, 'x2': 9.0, 'y2': 12.0}
    images[1] = mpii_image(scene[1].name, [head])
    unlabeled = mpii_image('9999.jpg', [{'scale': 1.0, 'objpos': struct([{'x': 20.0, 'y': 20.0}])}])
    savemat(path, mpii_release([*images, unlabeled], [1] * len(images) + [0]))


WRITERS: dict[str, tuple[str, str, Callable[[Path, Sequence[Photo]], None]]] = {
    'coco': ('coco', 'train.json', write_coco),
    'wholebody': ('wholebody', 'train.json', write_wholebody),
    'crowdpose': ('crowdpose', 'train.json', write_crowdpose),
    'crowdpose of mmpose': ('crowdpose', 'train.json', write_mmpose_crowdpose),
    'halpe 26': ('halpe', 'train.json', write_halpe26),
    'halpe 136': ('halpe', 'train.json', write_halpe136),
    'aic': ('aic', 'train.json', write_aic),
    'mpii mat': ('mpii', 'train.mat', write_mpii_mat),
    'mpii json': ('mpii', 'train.json', write_mpii_json),
    'synpose14': ('synpose', 'train.json', write_synpose14),
}


@pytest.fixture
def write_layout(tmp_path: Path) -> Callable[..., tuple[str, Path]]:
    """``write_layout('mpii mat', scene)`` writes the scene; returns the format's name and the file."""

    def write(layout: str, scene: Sequence[Photo]) -> tuple[str, Path]:
        format_, name, writer = WRITERS[layout]
        path = tmp_path / 'source' / name
        path.parent.mkdir(exist_ok=True)
        writer(path, scene)
        return format_, path

    return write


@pytest.fixture
def edit_layout(write_layout: Callable[..., tuple[str, Path]]) -> Callable[..., tuple[str, Path]]:
    """``edit_layout('aic', scene, change)`` writes the scene, and the file again after ``change(content)``."""

    def edit(layout: str, scene: Sequence[Photo], change: Callable[[Any], Any]) -> tuple[str, Path]:
        format_, path = write_layout(layout, scene)
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))
        return format_, path

    return edit
