"""Which images a dataset consists of, before anything is rendered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synpose.generation.rendering.cameras import NUM_CAMERAS


@dataclass(frozen=True)
class Shot:
    """One image of the plan.

    Attributes:
        image_id: From 1, in the order scene, frame, camera of the full plan.
        split: One of :data:`~synpose.generation.jobs.writer.SPLITS`.
        scene: Scene number over all splits.
        frame: Frame number within the scene.
        camera: Camera number, 0-7.
        room_size: One of :data:`~synpose.generation.rooms.building.ROOM_SIZES`.
    """

    image_id: int
    split: str
    scene: int
    frame: int
    camera: int
    room_size: str

    @property
    def unit(self) -> tuple[int, int]:
        """Scene and frame: one set of people in one room."""
        return self.scene, self.frame


def plan_shots(
    scenes: Mapping[str, int],
    sizes: Sequence[str],
    frames: int,
    views: int,
    rng_of_scene: Callable[[int], np.random.Generator],
) -> list[Shot]:
    """List all images: every scene, every frame, ``views`` cameras of each frame.

    Cameras that see faces (even numbers) and backs (odd) alternate, and all eight are used before one repeats.

    Args:
        scenes: Number of scenes of each split.
        sizes: Room size of each room; scene k is in room k, and the rooms take turns.
        frames: Frames of each scene.
        views: Cameras of each frame, 1-8.
        rng_of_scene: Gives the generator that shuffles a scene's cameras.
    """
    shots: list[Shot] = []
    scene = 0
    for split, count in scenes.items():
        for _ in range(count):
            rng = rng_of_scene(scene)
            pairs = zip(rng.permutation(range(0, NUM_CAMERAS, 2)), rng.permutation(range(1, NUM_CAMERAS, 2)))
            order = [int(camera) for pair in pairs for camera in pair]
            for k in range(frames * views):
                camera = order[k % NUM_CAMERAS]
                shots.append(Shot(len(shots) + 1, split, scene, k // views, camera, sizes[scene % len(sizes)]))
            scene += 1
    return shots


def thin_out(shots: list[Shot], wanted: int) -> list[Shot]:
    """Keep ``wanted`` images: every split its share (at least one where possible), first frames of all scenes first."""
    kept: list[Shot] = []
    left, room = len(shots), min(wanted, len(shots))
    splits = dict.fromkeys(shot.split for shot in shots)
    for i, split in enumerate(splits):
        members = [shot for shot in shots if shot.split == split]
        later = len(splits) - i - 1
        share = max(min(round(room * len(members) / left), room - later), min(1, room))
        members.sort(key=lambda shot: (shot.frame, shot.scene, shot.image_id))
        kept += members[:share]
        room -= share
        left -= len(members)
    return sorted(kept, key=lambda shot: shot.image_id)
