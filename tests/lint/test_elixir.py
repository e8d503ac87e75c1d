"""Conditions in Elixir; most cases are in the held-out snippets."""

from __future__ import annotations

from tests.lint.scripts import describe


def test_a_text_is_piped_into_a_function_of_the_module() -> None:
    text = """# connectwise
defmodule Psa do
  def send(text) do
    get("/service/tickets", conditions: text)
  end

  def open() do
    "id = 1" |> send()
  end
end
"""
    assert describe("elixir", text) == ["conditions /service/tickets: id = 1"]


def test_an_inline_conditional_ends_with_its_alternative() -> None:
    text = """# connectwise
defmodule Psa do
  def open(opts) do
    text = if opts[:board], do: "id = 1" <> " and board/id = 2", else: "id = 1"
    send(text)
  end

  defp send(text), do: get("/service/tickets", conditions: text)
end
"""
    assert describe("elixir", text) == [
        "conditions /service/tickets: id = 1 and board/id = 2",
        "conditions /service/tickets: id = 1",
    ]
