"""What counts as finished."""

import json
import os

import pytest

from synpose.studies.tasks import is_finished


@pytest.mark.parametrize(
    ('content', 'finished'),
    [
        ({'format': 'SynPose', 'counts': {'train': 3}}, True),
        ({'format': 'SynPose', 'source': {'dataset': {'counts': {'train': 3}}}}, False),  # a translation just begun
    ],
)
def test_a_dataset_is_finished_when_it_has_counts_of_its_own(tmp_path, content, finished):
    path = tmp_path / 'dataset.json'
    path.write_text(json.dumps(content))
    assert is_finished(path) is finished


def test_a_checkpoint_counts_when_the_one_after_it_or_itself_is_complete(tmp_path):
    checkpoint, last = tmp_path / 'epoch_2.pth', tmp_path / 'last_checkpoint'
    checkpoint.write_bytes(b'weights')
    os.utime(checkpoint, (100, 100))
    last.write_text(str(tmp_path / 'epoch_1.pth'))
    os.utime(last, (50, 50))
    assert not is_finished(checkpoint)  # killed while it saved
    last.write_text(str(checkpoint))
    assert is_finished(checkpoint)


def test_other_files_count_when_they_are_there(tmp_path):
    assert not is_finished(tmp_path / 'margins.json')
    (tmp_path / 'margins.json').write_text('')
    assert is_finished(tmp_path / 'margins.json')
