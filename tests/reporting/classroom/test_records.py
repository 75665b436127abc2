"""What an analysis leaves to go on from: read back only for the same file, the same settings, and if it is whole."""

import json
from pathlib import Path

import pytest

from synpose.files import sha256
from synpose.reporting.classroom.observations import Frame, Student
from synpose.reporting.classroom.records import (
    SourceRecord,
    begin,
    identify_model,
    read_record,
    to_json,
    write_record,
)

STUDENT = Student(3, 'reading', 0.75, 'down', 0.5, [1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 0.5])


@pytest.fixture
def done(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A record with the video and the overlay that it is of."""
    place, source, overlay = tmp_path / 'records/l.mp4.json', tmp_path / 'l.avi', tmp_path / 'l.mp4'
    source.write_bytes(b'frames')
    overlay.write_bytes(b'frames with names')
    frames = [Frame(0, 0.0, [STUDENT]), Frame(25, 1.0, [])]
    write_record(place, SourceRecord(str(source), sha256(source), frames, 'l.avi: ends early'))
    return place, source, overlay


def test_a_record_comes_back_as_it_was(done: tuple[Path, Path, Path]) -> None:
    source = done[1]
    frames = [Frame(0, 0.0, [STUDENT]), Frame(25, 1.0, [])]
    assert read_record(*done) == SourceRecord(str(source), sha256(source), frames, 'l.avi: ends early')


def test_the_same_file_by_another_path_is_done_too(
    done: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, source, overlay = done
    monkeypatch.chdir(source.parent)
    record = read_record(place, Path(source.name), overlay)
    assert record is not None
    assert record.source == 'l.avi'


@pytest.mark.parametrize('missing', [0, 2])
def test_without_record_or_overlay_it_is_not_done(done: tuple[Path, Path, Path], missing: int) -> None:
    done[missing].unlink()
    assert read_record(*done) is None


@pytest.mark.parametrize(
    'content', ['{', '{}', '[]', '{"sha256": "", "frames": [{"frame": 0}], "problem": null}', '{"frames": 5}']
)
def test_a_damaged_record_is_not_done(done: tuple[Path, Path, Path], content: str) -> None:
    done[0].write_text(content)
    assert read_record(*done) is None


def test_another_file_of_the_same_name_is_not_done(done: tuple[Path, Path, Path]) -> None:
    done[1].write_bytes(b'other frames')
    assert read_record(*done) is None


def test_photos_and_videos() -> None:
    assert SourceRecord('a.jpg', '', [Frame(None, None, [])]).is_photo
    assert not SourceRecord('l.mp4', '', [Frame(0, 0.0, [])]).is_photo
    assert not SourceRecord('l.mp4', '', []).is_photo


def test_only_the_same_settings_go_on(tmp_path: Path) -> None:
    settings = {'model': {'margins': (0.1, 0.2)}, 'interval': 1.0}
    begin(tmp_path / 'out', settings)
    begin(tmp_path / 'out', settings)  # a tuple is a list in the file: still the same
    assert json.loads((tmp_path / 'out/settings.json').read_text())['interval'] == 1.0
    for changed, names in (
        ({**settings, 'interval': 2.0}, 'interval'),
        ({'interval': 1.0}, 'model'),
        ({**settings, 'blur_faces': True, 'interval': 3.0}, 'interval, blur_faces'),
    ):
        with pytest.raises(ValueError, match=f'has an analysis with another {names}; choose another --out'):
            begin(tmp_path / 'out', changed)


def test_a_model_is_known_by_its_whole_config_and_its_weights(tmp_path: Path) -> None:
    base, config, weights = tmp_path / 'base.py', tmp_path / 'own.py', tmp_path / 'epoch_1.pth'
    base.write_text('width = 8\n')
    config.write_text("_base_ = ['base.py']\n")
    weights.write_bytes(b'weights')
    first = identify_model(config, weights)
    assert (first['config'], first['checkpoint']) == ('own.py', 'epoch_1.pth')
    assert first['checkpoint_sha256'] == sha256(weights)
    base.write_text('width = 16\n')
    second = identify_model(config, weights)
    assert [key for key in first if first[key] != second[key]] == ['config_sha256']
    weights.write_bytes(b'other weights')
    assert identify_model(config, weights)['checkpoint_sha256'] != first['checkpoint_sha256']
    # What is downloaded is known by its address.
    url = 'https://example.org/a.pth'
    assert identify_model(config, url) == {**second, 'checkpoint': url, 'checkpoint_sha256': ''}


def test_everything_as_one_object() -> None:
    record = SourceRecord('a.jpg', 'f0', [Frame(None, None, [STUDENT])])
    content = json.loads(json.dumps(to_json({'interval': 1.0}, ('nose',), [record])))
    (student,) = content['sources'][0].pop('frames')[0]['students']
    assert content == {
        'settings': {'interval': 1.0},
        'joints': ['nose'],
        'sources': [{'source': 'a.jpg', 'sha256': 'f0', 'problem': None}],
    }
    assert Student(**student) == STUDENT
