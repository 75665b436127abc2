import pytest

from synpose.generation.jobs.estimate import Estimate, Sample, estimate, format_estimate
from synpose.testing.toy_generator import ToyGenerator


class Meter(ToyGenerator):
    """Whose images cost 2 s and units 5 s more in small rooms, and twice that in others; the first of all 7 s more."""

    def __init__(self, clock, **options):
        super().__init__(**options)
        self.clock = clock
        self.rendered = []

    def render_unit(self, shots, writer):
        factor = 1 if shots[0].room_size == 'small' else 2
        self.clock[0] += factor * (5 + 2 * len(shots)) + (0 if self.rendered else 7)
        self.rendered.append([shot.image_id for shot in shots])
        return super().render_unit(shots, writer)


@pytest.fixture
def clock(monkeypatch):
    seconds = [100.0]
    monkeypatch.setattr('time.process_time', lambda: seconds[0])
    return seconds


def test_costs_of_units_and_images_add_up(clock, tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    generator = Meter(clock, units=30)
    found = estimate(generator)
    assert found.images == 60
    assert found.start_up == pytest.approx(7)
    assert [(sample.kind, sample.per_image, sample.per_unit) for sample in found.samples] == [
        ('small', 2, 5),
        ('medium', 4, 10),
        ('large', 4, 10),
    ]
    assert found.core_hours * 3600 == pytest.approx(20 * 2 + 10 * 5 + 2 * (20 * 4 + 10 * 10))
    assert (found.low * 3600, found.high * 3600) == pytest.approx((60 * 2 + 30 * 5, 60 * 4 + 30 * 10))
    assert len(generator.rendered) == 1 + 2 * 3
    assert not list(tmp_path.iterdir())


def test_people_and_bytes_come_close_to_those_of_the_whole(tmp_path):
    generator = ToyGenerator(units=6)
    counts = generator.run(tmp_path / 'set')
    files = [path for path in (tmp_path / 'set').rglob('0*.*') if path.is_file()]
    size = sum(path.stat().st_size for path in files) + sum(
        path.stat().st_size for path in (tmp_path / 'set/annotations').iterdir()
    )
    found = estimate(generator, samples=6)  # every unit: no luck of the draw
    assert found.people == sum(count['people'] for count in counts.values())
    assert found.gigabytes * 1e9 == pytest.approx(size, rel=0.1)


def test_units_of_one_image_have_no_separate_cost(clock):
    found = estimate(Meter(clock, units=1, num_images=1))
    assert [(sample.per_image, sample.per_unit) for sample in found.samples] == [(7, 0)]


def test_a_sample_needs_no_judged_inputs():
    class Judge(ToyGenerator):
        judged = True

        def header(self):
            assert not self.judged
            return super().header()

        def unjudged(self):
            copy = Judge(units=3)
            copy.judged = False
            return copy

    assert estimate(Judge(units=3)).images == 6


@pytest.mark.parametrize(('workers', 'cores'), [(None, 1), (1, 1), (4, 4), (-1, 8), (99, 8)])
def test_the_table_shares_the_work_among_the_cores(monkeypatch, workers, cores):
    monkeypatch.setattr('os.cpu_count', lambda: 8)
    sample = Sample('small', 2, 50, 3_000_000, 4.0, 10.0)
    text = format_estimate(Estimate(1000, 25000, 1.5, 16.0, 8.0, 24.0, 0.8, 0.0, (sample,)), workers)
    times = [f'{hours / cores:.1f} h' for hours in (16, 8, 24)]
    assert f"{times[0]} ({times[1]} to {times[2]}) on {cores} of this machine's 8 cores" in text
    for part in ('1,000', '25,000 (25.0 an image)', '16.0 h (8.0 h to 24.0 h)', '1.5 GB', '1.50 MB an image'):
        assert part in text


def test_small_jobs_are_told_in_small_units():
    sample = Sample('', 1, 3, 1000, 0.5, 0.0)
    text = format_estimate(Estimate(60, 180, 6e-5, 30 / 3600, 0.01, 0.5, 0.8, 0.0, (sample,)), 1)
    for part in ('30.0 s (36.0 s to 30.0 min)', '0.1 MB', 'unit: 0.00 s + 0.50 s an image'):
        assert part in text
