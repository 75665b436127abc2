"""The generator of labeled synthetic classrooms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from numbers import Integral, Real
from typing import Any

import numpy as np

from synpose.generation.jobs.generator import DatasetGenerator
from synpose.generation.jobs.options import check_image_size, check_known, check_numbers, require
from synpose.generation.jobs.plan import Shot, plan_shots, thin_out
from synpose.generation.jobs.writer import SPLITS, DatasetWriter, encode
from synpose.generation.people.factory import check_options
from synpose.generation.people.roster import ROSTER_SIZE, members
from synpose.generation.rendering import cameras
from synpose.generation.rendering.annotator import annotate, image_entry
from synpose.generation.rendering.denoise import tone_map
from synpose.generation.rendering.sensor import check_sensor, expose, sample_sensor
from synpose.generation.rooms import building as rooms
from synpose.generation.rooms.building import Room
from synpose.generation.rooms.room_plans import RoomPlan, load_rooms, parse_room
from synpose.generation.rooms.scene import compose
from synpose.generation.rooms.styles import check_style
from synpose.registry import GENERATORS

_ROOM, _CAMERA, _PEOPLE, _LIGHT, _SENSOR = range(5)  # random streams, so that one part never shifts another


@lru_cache(maxsize=1)
def _build_room(seed: int, scene: int, plan: str, style: str) -> Room:
    """Build a room, once for the frames of a scene; ``plan`` and ``style`` are JSON."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(scene, _ROOM)))
    return rooms.build_room(rng, parse_room(json.loads(plan)), json.loads(style))


def _check_scenes(scenes: Any) -> None:
    """Check the numbers of scenes by split."""
    fits = isinstance(scenes, Mapping) and len(scenes) > 0
    require(fits, f'scenes: {scenes!r} is not a dict of the number of scenes of each split')
    require(set(scenes) <= set(SPLITS), f'scenes: splits are {SPLITS}, not {sorted(scenes)}')
    check_numbers(
        {f'scenes: {split}': number for split, number in scenes.items()},
        [(f'scenes: {split}', Integral, 1, np.inf) for split in scenes],
    )


def _check_roster(size: int | None, plans: Sequence[RoomPlan], max_people: int | None) -> None:
    """Check that every room can be full of different pupils and have two teachers."""
    if size is None:
        return
    teachers, pupils = members(size)
    fullest = max(plans, key=lambda plan: plan.seats)
    seats = min(fullest.seats, fullest.seats if max_people is None else max_people)
    require(
        len(pupils) >= seats and len(teachers) >= 2,
        f'people: roster: {size} identities are {len(teachers)} teachers and {len(pupils)} pupils; a frame needs '
        f'2 and up to {seats} (room {fullest.name!r}), all different',
    )


@GENERATORS.register_module()
class ClassroomGenerator(DatasetGenerator):
    """Renders classrooms full of seated people, with every label the renderer knows.

    A scene is a room with its own furniture, textures, light and eight cameras; a frame is a set of people in it; an
    image is one camera's view of a frame. Splits differ by scene, never by frame. Every random choice comes from
    ``numpy.random.SeedSequence(seed, spawn_key=(scene, ...))``, so an image's bytes do not depend on which process
    renders it, or when.

    Args:
        seed: Seed of everything, >= 0.
        scenes: Number of scenes of each split, e.g. ``dict(train=48, val=8)``; numbered through, train first.
        frames_per_scene: Sets of people of each scene.
        cameras_per_frame: Views of each set of people, 1-8; half of them see faces. Frames take turns over the cameras.
        rooms: Which rooms to build, see :func:`synpose.generation.rooms.room_plans.load_rooms`: names of the catalogue,
            records, or a YAML file with them; None for all 56 of the catalogue. Scene k is room k; the rooms take
            turns, each time in other materials, when there are more scenes.
        image_size: (width, height), px.
        style: Materials and lights, see :func:`synpose.generation.rooms.building.build_room`.
        camera: (low, high) of ``fov`` (degrees), ``height`` (m) and ``pitch`` (degrees below the horizon).
        sensor: Faults of the camera, see :data:`synpose.generation.rendering.sensor.SENSOR_DEFAULTS`.
        people: Options of :class:`synpose.generation.people.factory.PersonFactory`, e.g. ``dict(age_range=(9, 25))``.
        occupancy: Probability that a place is taken, in [0, 1].
        teacher: Probability of a standing teacher, in [0, 1].
        max_people: Upper limit of people in a room; None for no limit.
        min_visible_pixels: People who show fewer pixels get no annotation and are counted as ``left_out``.
        light_samples: Light samples per pixel; more is slower and less blotchy.
        parts: Write body-part labels too (:data:`synpose.skeletons.BODY_PARTS`).
        wholebody: Write COCO-WholeBody's fields of feet, face and hands too, see
            :func:`synpose.generation.rendering.wholebody.wholebody_fields`; ``SMPLXBody`` has no face but the chin.
        domain: Stored with every image.
        num_images: Render only so many images of the plan, spread over splits and scenes; None for all.
        card: Name, license and the like for the dataset's card, see :func:`synpose.generation.jobs.card.check_card`.
        unknown: Catches misspelled options.

    Raises:
        ValueError: If an option is unknown, missing or out of range, or the people are too few for a room.
        FileNotFoundError: If a file of rooms, movements or the body model is missing.
    """

    title = 'Synthetic classrooms'
    summary = (
        'Pictures of classrooms, lecture halls and meeting rooms full of synthetic people, ray traced, with exact '
        'labels: 59 joints in the image and in 3-D with occlusion, boxes, person stencils, depth, camera and '
        'behavior of each person. Rooms, bodies, clothes and movements are computed; no real person is shown.'
    )

    def __init__(
        self,
        *,
        seed: int,
        scenes: Mapping[str, int],
        style: Mapping[str, Any],
        camera: Mapping[str, tuple[float, float]],
        rooms: str | Sequence[str | Mapping[str, Any]] | None = None,
        frames_per_scene: int = 6,
        cameras_per_frame: int = 2,
        image_size: tuple[int, int] = (1920, 1080),
        sensor: Mapping[str, Any] | None = None,
        people: Mapping[str, Any] | None = None,
        occupancy: float = 0.55,
        teacher: float = 0.3,
        max_people: int | None = None,
        min_visible_pixels: int = 60,
        light_samples: int = 8,
        parts: bool = False,
        wholebody: bool = False,
        domain: str = 'synthetic',
        num_images: int | None = None,
        card: Mapping[str, str] | None = None,
        **unknown: Any,
    ) -> None:
        options = {key: value for key, value in locals().items() if key not in ('self', 'unknown', '__class__')}
        check_known(type(self), unknown)
        require(isinstance(wholebody, bool), f'wholebody: {wholebody!r} is not true or false')
        if not wholebody:  # dataset.json is then what it was before there was the option
            del options['wholebody']
        _check_scenes(scenes)
        check_numbers(
            options,
            (
                ('seed', Integral, 0, np.inf),
                ('frames_per_scene', Integral, 1, np.inf),
                ('cameras_per_frame', Integral, 1, cameras.NUM_CAMERAS),
                ('occupancy', Real, 0, 1),
                ('teacher', Real, 0, 1),
                ('max_people', Integral, 1, np.inf),
                ('min_visible_pixels', Integral, 1, np.inf),
                ('light_samples', Integral, 1, np.inf),
                ('num_images', Integral, 1, np.inf),
            ),
            optional=('max_people', 'num_images'),
        )
        check_image_size(image_size)
        cameras.check_camera(camera)
        check_style(style)
        check_options(people or {})
        check_sensor(sensor or {})
        self.rooms = load_rooms(rooms)
        used = self.rooms[: sum(scenes.values())]
        _check_roster((people or {}).get('roster', ROSTER_SIZE), used, max_people)
        if isinstance(rooms, str):  # the description must not depend on a file that may change
            options['rooms'] = [asdict(plan) for plan in self.rooms]
        super().__init__(seed, options, [split for split in SPLITS if split in scenes])
        self.scenes = {split: scenes[split] for split in self.splits}

    def plan(self) -> list[Shot]:
        """List the images to render, by image id."""
        shots = plan_shots(
            self.scenes,
            [plan.size for plan in self.rooms],
            self.options['frames_per_scene'],
            self.options['cameras_per_frame'],
            lambda scene: self.rng(scene, _CAMERA),
        )
        wanted = self.options['num_images']
        return shots if wanted is None else thin_out(shots, wanted)

    def render_unit(self, shots: Sequence[Shot], writer: DatasetWriter) -> int:
        """Pose one frame's people and render them from the cameras of ``shots`` (same scene and frame).

        Returns:
            The number of images written.
        """
        from synpose.generation.rendering.renderer import SceneRenderer

        scene, frame = shots[0].scene, shots[0].frame
        room = self.build_room(scene)
        options = self.options
        composition = compose(
            self.rng(scene, _PEOPLE, frame),
            room,
            self.factory(),
            options['occupancy'],
            options['teacher'],
            max_people=options['max_people'],
        )
        people = composition.people
        renderer = SceneRenderer([*room.meshes, *composition.things], room.lights, people, options['light_samples'])
        for shot in shots:
            camera = cameras.sample_camera(
                self.rng(scene, _CAMERA, shot.camera),
                shot.camera,
                room,
                options['image_size'],
                options['camera'],
            )
            seed = int(self.rng(scene, _LIGHT, frame, shot.camera).integers(2**31))
            view = renderer.render(camera, seed, **({'parts': True} if options['parts'] else {}))
            annotations, stencil, skipped = annotate(
                people,
                camera,
                view.depth,
                view.stencil,
                options['min_visible_pixels'],
                options.get('wholebody', False),
            )
            rng = self.rng(scene, _SENSOR, frame, shot.camera)
            values = sample_sensor(rng, options['sensor'] or {})
            picture = expose(rng, tone_map(view.color, values['exposure']), values)
            record = {
                'split': shot.split,
                'image': self._image_entry(shot, camera),
                'annotations': annotations,
                'skipped': skipped,
                'redrawn': composition.redrawn,
            }
            jpeg = encode(picture, '.jpg', round(values['jpeg_quality']))
            writer.write(record, jpeg, stencil, view.depth, view.parts if options['parts'] else None)
        return len(shots)

    def build_room(self, scene: int) -> Room:
        """Build a scene's room."""
        plan = self.rooms[scene % len(self.rooms)]
        return _build_room(self.seed, scene, json.dumps(asdict(plan)), json.dumps(self.options['style']))

    def _image_entry(self, shot: Shot, camera: cameras.Camera) -> dict[str, Any]:
        return image_entry(
            shot.image_id,
            camera,
            self.options['domain'],
            scene_id=shot.scene,
            camera_id=shot.camera,
            frame_id=shot.frame,
            room_size=shot.room_size,
            room=self.rooms[shot.scene % len(self.rooms)].name,
            viewpoint=camera.viewpoint,
        )
