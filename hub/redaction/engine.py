"""Presidio, set up without a language model and without any network.

The only module that imports it: that takes a second and 95 MB, so it happens with the first document.
"""

import time
from functools import cache

from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.pattern_recognizer import REGEX_TIMEOUT_SECONDS

from hub.errors import BadInput
from hub.redaction.shapes import SHAPES, Shape

LANGUAGE = "zh"


# The package has no types.
class ShapeRecognizer(PatternRecognizer):  # type: ignore[misc]
    """Finds one shape and proves it by its check."""

    def __init__(self, number: int, shape: Shape) -> None:
        super().__init__(
            supported_entity=shape.kind,
            name=f"{shape.kind} {number}",
            supported_language=LANGUAGE,
            patterns=[Pattern(shape.kind, shape.pattern, shape.score)],
            global_regex_flags=0,
        )
        self._check = shape.check

    def validate_result(self, pattern_text: str) -> bool | None:
        """Presidio's hook for checksums."""
        return self._check(pattern_text)

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,
        regex_flags: int | None = None,
    ) -> list[RecognizerResult]:
        """Search, and refuse a text that was not searched to its end.

        Presidio passes over a pattern that ran out of time, as if it had found nothing.

        Raises:
            BadInput: the search took as long as one that is cut off.
        """
        started = time.monotonic()
        results: list[RecognizerResult] = super().analyze(text, entities, nlp_artifacts, regex_flags)
        if time.monotonic() - started >= REGEX_TIMEOUT_SECONDS:
            raise BadInput("text", "takes too long to scan; shorten it")
        return results


@cache
def analyzer() -> AnalyzerEngine:
    """Build the engine once: our recognisers, no predefined ones, no tokens."""
    recognizers = [ShapeRecognizer(number, shape) for number, shape in enumerate(SHAPES)]
    registry = RecognizerRegistry(recognizers, supported_languages=[LANGUAGE])
    nlp_engine = NoOpNlpEngine([{"lang_code": LANGUAGE, "model_name": "none"}])
    # The decision process holds the text, so it is not logged.
    return AnalyzerEngine(registry, nlp_engine, log_decision_process=False, supported_languages=[LANGUAGE])
