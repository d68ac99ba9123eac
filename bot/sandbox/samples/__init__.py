"""Sample photos with their licences, for people who have none at hand."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo; its file is `<name>.jpg`."""

    name: str
    title: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / f"{self.name}.jpg"


SAMPLES = (
    Sample("portrait", "Astronaut Eileen Collins", "NASA, public domain"),
    Sample("cat", "Chelsea the cat", "CC0, Stefan van der Walt"),
    Sample("coffee", "A cup of coffee", "CC0, Rachel Michetti"),
    Sample("rocket", "Rocket launch", "CC0, SpaceX"),
    Sample("pavilion", "A pavilion above a lake", "CC BY 2.0, danielbuechele"),
    Sample("dahlia", "A dahlia", "CC BY 2.0, vultilion"),
)
