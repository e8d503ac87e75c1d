"""An expression or statement while it is evaluated: `Frame` joins the targets that it names and the sinks in it."""

from __future__ import annotations

from cwql.lint.record import Record, later
from cwql.lint.request_targets import RequestTarget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.values import Sink, Value


class Frame(Record):
    """An expression or statement that is being evaluated: the targets that it names, and the sinks in it.

    `sinks` are written in it, `carried` come in with the values of names, `parameters` are those of the function.
    """

    places: list[RequestTarget] = later([])
    hint: RequestTarget | None = later(None)
    sinks: list[Sink] = later([])
    carried: list[Sink] = later([])
    parameters: list[str] = later([])

    def note(self, place: RequestTarget) -> None:
        """Add a target; more than two endpoints are as good as two."""
        if place.endpoint is None:
            self.hint = self.hint or place
        elif len(self.places) < 2 and all(other.endpoint != place.endpoint for other in self.places):
            self.places.append(place)

    def close(self, outer: Frame) -> None:
        """Give the sinks of an expression that is done their target, or leave them to the expression around it."""
        if not (self.places or self.sinks or self.carried or self.parameters or self.hint):
            # Most expressions have none of these.
            return
        if len(self.places) == 1:
            for sink in self.sinks:
                if not sink.closed:
                    sink.near.append(self.places[0])
                    sink.closed = True
            for sink in self.carried:
                sink.use(self.places[0])
        elif self.places:
            # Different endpoints, but of the same API.
            first, second = self.places
            same = RequestTarget(first.dialect, None, sure=True) if first.dialect == second.dialect else None
            for sink in self.sinks:
                sink.closed, sink.hint = True, sink.hint or same
        else:
            if self.hint is not None:
                for sink in (*self.sinks, *self.carried):
                    sink.hint = sink.hint or self.hint
            if self.sinks:
                outer.sinks += [sink for sink in self.sinks if not sink.closed]
            if self.carried:
                outer.carried += self.carried[:50]
        if self.parameters:
            outer.parameters += self.parameters[:20]
        for place in self.places:
            outer.note(place)
        if self.hint is not None:
            outer.note(self.hint)

    def carry(self, value: Value) -> None:
        """Take in the sinks and targets of a name's value."""
        if value.parameter:
            self.parameters.append(value.parameter)
        if len(self.carried) < 200:
            self.carried += value.sinks
            for text in value.texts:
                self.carried += text.sinks
            for item in (value.items or ())[:20]:
                for text in item.texts:
                    self.carried += text.sinks
        for place in value.places:
            self.note(place)
        for text in value.texts:
            if text.place is not None:
                self.note(text.place)
