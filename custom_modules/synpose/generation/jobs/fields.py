"""What the fields of the SynPose format mean, for its cards."""

from collections.abc import Mapping
from dataclasses import dataclass

_LEFT_EMPTY = ('left_empty', 'no_room')  # nobody was found who fits: not redrawn, but left out


@dataclass(frozen=True)
class Field:
    """One field of an image entry or annotation.

    Attributes:
        type: Croissant data type; of the elements where it is a list. None for objects, which have no type there.
        meaning: In words.
        repeated: Whether it is a list.
    """

    type: str | None
    meaning: str
    repeated: bool = False


def _wholebody() -> dict[str, Field]:
    points = {
        'foot': '6 points of the feet (big toe, small toe, heel; left first)',
        'face': '68 points of the face (order of 300W)',
        'lefthand': '21 points of the left hand (wrist, then thumb to little finger)',
        'righthand': '21 points of the right hand',
    }
    fields = {}
    for part, meaning in points.items():
        fields[f'{part}_kpts'] = Field('sc:Float', f'COCO-WholeBody: x, y, visibility of {meaning}', repeated=True)
        fields[f'{part}_valid'] = Field('sc:Boolean', 'Whether a quarter of these points is visible')
        if part != 'foot':
            fields[f'{part}_box'] = Field('cr:BoundingBox', 'x, y, width, height around these points, px')
    return fields


IMAGE_FIELDS = {
    'id': Field('sc:Integer', 'Number of the image, over all splits'),
    'file_name': Field('sc:Text', 'Picture, in images/'),
    'width': Field('sc:Integer', 'Width, px'),
    'height': Field('sc:Integer', 'Height, px'),
    'stencil_file': Field('sc:Text', 'Person numbers of the pixels, 16-bit'),
    'depth_file': Field('sc:Text', 'Depth of the pixels along the optical axis, 16-bit, mm'),
    'parts_file': Field('sc:Text', 'Body parts of the pixels, 8-bit'),
    'scene_id': Field('sc:Integer', 'Scene: one room with its furniture and cameras'),
    'frame_id': Field('sc:Integer', 'Frame: one set of people in a scene'),
    'camera_id': Field('sc:Integer', 'Camera of the scene'),
    'room': Field('sc:Text', "Name of the room's plan"),
    'room_size': Field('sc:Text', 'small, medium or large'),
    'viewpoint': Field('sc:Text', 'front (faces) or back'),
    'camera.K': Field('sc:Float', 'Intrinsic matrix, 3 rows, px', repeated=True),
    'camera.R': Field('sc:Float', 'Rotation from world to camera, 3 rows', repeated=True),
    'camera.t': Field('sc:Float', 'Translation from world to camera, m', repeated=True),
    'camera_pitch': Field('sc:Float', 'How far the camera looks down, rad'),
    'domain': Field('sc:Text', 'synthetic, real, mixed, stylized or translated'),
    'background': Field(None, 'Photo behind the people, and which part of it'),
    'source_file': Field('sc:Text', 'Photo that people were added to'),
    'variant': Field('sc:Integer', 'Which of the variants of the photo'),
    'source': Field(None, "The photo's entry in its own annotation file"),
}

ANNOTATION_FIELDS = {
    'id': Field('sc:Integer', 'Number of the annotation, over all splits'),
    'image_id': Field('sc:Integer', 'The image'),
    'category_id': Field('sc:Integer', '1, person'),
    'keypoints': Field(
        'sc:Float', 'x, y (px) and visibility (0 absent, 1 occluded, 2 visible) of each joint', repeated=True
    ),
    'num_keypoints': Field('sc:Integer', 'Joints that are not absent'),
    'keypoints_3d': Field('sc:Float', 'x, y, z of each joint in the camera frame, m', repeated=True),
    'bbox': Field('cr:BoundingBox', 'x, y, width, height of the visible pixels, px'),
    'area': Field('sc:Float', 'Visible pixels'),
    'iscrowd': Field('sc:Integer', '0: one person'),
    'stencil_id': Field('sc:Integer', "The person's number in the stencil; 0 for none"),
    'is_synthetic': Field('sc:Boolean', 'Rendered, not photographed'),
    'behavior': Field('sc:Text', 'What the person does'),
    'source_id': Field('sc:Integer', "The annotation's number in the photo's own file"),
    'source_image_id': Field('sc:Integer', "The photo's number in its own file"),
    'source_category_id': Field('sc:Integer', "The category in the photo's own file"),
    'source_keypoints': Field('sc:Float', "The joints as the photo's own file has them", repeated=True),
    'source_num_keypoints': Field('sc:Integer', "Labeled joints in the photo's own file"),
    'source': Field(None, "The record of the photo's own file"),
    'attributes': Field(None, 'How the person was made: shape, clothes, movement, things held'),
    **_wholebody(),
}


def split_redrawn(redrawn: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Return how many people were drawn again, by reason, and how many places stayed empty in the end.

    Args:
        redrawn: ``counts[split]['redrawn']`` of a ``dataset.json``.
    """
    again = {reason: number for reason, number in redrawn.items() if reason not in _LEFT_EMPTY}
    return again, sum(redrawn.get(reason, 0) for reason in _LEFT_EMPTY)
