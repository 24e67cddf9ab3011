"""Whether a shop's templates print: tried with the longest facts, before anybody needs them."""

import logging

from kiosk.hardware.printers.letters import CannotDraw, noto
from kiosk.hardware.printers.raster import Raster
from kiosk.hardware.printers.service import PICTURES
from kiosk.membership.samples import sample
from kiosk.membership.stationery import Stationery, stationery
from kiosk.membership.templates import LANGUAGES, Template

log = logging.getLogger(__name__)


def stationery_of(folder: str, width: int) -> Stationery:
    """The templates in force on paper of so many dots: a shop's own ('' for none), or the shipped ones."""
    raster = Raster(width, noto(), PICTURES)
    found = stationery(folder, lambda template: proof(template, raster))
    for problem in found.problems:
        log.error("%s: the shipped template stands in: %s", found.fault, problem)
    return found


def proof(template: Template, raster: Raster) -> str:
    """Why papers of a template cannot be printed on paper of this width, or ''."""
    for language in LANGUAGES:
        try:
            raster.draw(template.fill(sample(template.kind, language), language))
        except CannotDraw as trouble:
            return f"cannot be drawn in {language}: {trouble}"
    return ""
