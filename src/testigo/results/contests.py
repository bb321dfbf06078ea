"""Contests as a reader of the result wants them: rows with names, and what there is to say of each in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from testigo.ballot import numbered
from testigo.count.result import ContestResult, Result
from testigo.count.totals import percent
from testigo.election import (
    Contest,
    Definition,
    Option,
    Share,
    Standing,
    draw_order,
    is_preference,
    list_of,
    ranks,
    without_rounding,
)
from testigo.election.referendum import HALF
from testigo.election.ties import Tie
from testigo.results.assemblies import party_colour
from testigo.results.words import percent as spelled_percent
from testigo.results.words import say
from testigo.words import Value, sort_key


@dataclass(frozen=True)
class OptionRow:
    """One option of a contest. `colour`: a class of the style sheet. `candidates`: the elected people of a list.
    `people`: who is chosen with it, each with the role. `vacant`: of its seats, those that nobody takes.
    `order`: of an open list, everybody with the preferences.
    """

    name: str
    party: str
    votes: int
    percent: str
    seats: int
    colour: str
    candidates: tuple[str, ...]
    people: tuple[str, ...]
    vacant: int = 0
    order: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ContestView:
    """A contest with its rows, those with most votes first."""

    contest: Contest
    result: ContestResult
    title: str
    district: str
    rows: tuple[OptionRow, ...]
    ties: tuple[str, ...]
    excluded: tuple[str, ...]
    rounding: str
    second_round: str
    decided: str
    needs: tuple[str, ...]
    states: tuple[str, ...]
    whole_election: bool

    @property
    def lead(self) -> str:
        """Who won, or while it is provisional who has most votes: names of what has seats (lists with their number),
        else of the first row with votes.
        """
        if self.result.provisional:
            return ", ".join(row.name for row in self.rows[:1] if row.votes)
        if self.contest.kind == "party-list":
            return ", ".join(f"{row.party or row.name} {row.seats}" for row in self.rows if row.seats)
        if not self.contest.offices or self.result.allocation.second_round or self.result.allocation.void:
            return self.decided
        winners = [row.name for row in self.rows if row.seats]
        leading = [row.name for row in self.rows[:1] if row.votes and not self.tied]
        return ", ".join(winners or leading)

    @property
    def tied(self) -> bool:
        """Whether a seat waits for the public draw."""
        return any(tie.open for tie in self.result.allocation.all_ties)


def option_words(definition: Definition, contest: Contest, name: str, language: str) -> str:
    """An option's name in a language, or that of a candidate of an open list with the list's."""
    list_ = definition.words(contest.option(list_of(name)).name, language)
    return f"{list_}: {numbered(contest, name)}" if is_preference(name) else list_


class ContestViews:
    """All contests of a result, in one language and in the definition's order."""

    def __init__(self, definition: Definition, result: Result, language: str) -> None:
        self._definition = definition
        self._result = result
        self._language = language
        self._districts = {district.id: district for district, _ in definition.all_districts()}
        self._roots = {district.id for district in definition.districts}

    def __iter__(self) -> Iterator[ContestView]:
        for contest, result in zip(self._definition.contests, self._result.contests, strict=True):
            yield self._view(contest, result)

    def _view(self, contest: Contest, result: ContestResult) -> ContestView:
        return ContestView(
            contest=contest,
            result=result,
            title=self._text(contest.title),
            district=self._text(self._districts[contest.district].name),
            rows=self._rows(contest, result),
            ties=tuple(self._tie(contest, tie) for tie in self._told_ties(result)),
            excluded=tuple(self._text(contest.option(one).name) for one in result.allocation.excluded),
            rounding=self._rounding(contest),
            second_round=self._second_round(contest, result),
            decided=self._decided(contest, result),
            needs=self._needs(contest, result),
            states=self._states(contest, result),
            whole_election=contest.district in self._roots,
        )

    def _text(self, text: Mapping[str, str]) -> str:
        return self._definition.words(dict(text), self._language)

    def _say(self, key: str, **values: Value) -> str:
        return say(self._language, key, **values)

    def _rows(self, contest: Contest, result: ContestResult) -> tuple[OptionRow, ...]:
        votes = {one.option: one for one in result.options}
        elected: dict[str, list[str]] = {}
        for one in result.allocation.elected:
            if one.candidate and one.option not in result.allocation.vacant:
                elected.setdefault(one.option, []).append(one.candidate)
        rows = [
            OptionRow(
                name=self._text(option.name),
                party=self._party(option),
                votes=votes[option.id].votes,
                percent=votes[option.id].percent,
                seats=result.allocation.seats[option.id],
                colour=party_colour(self._definition, option.party, place),
                candidates=tuple(elected.get(option.id, ())),
                people=self._definition.people(option, self._language),
                vacant=result.allocation.vacant.count(option.id),
                order=self._list_order(contest, option, result),
            )
            for place, option in enumerate(contest.options)
        ]
        return tuple(sorted(rows, key=lambda row: (-row.votes, sort_key(row.name, self._language))))

    def _list_order(self, contest: Contest, option: Option, result: ContestResult) -> tuple[tuple[str, int], ...]:
        """Everybody on an open list, in the order that the preferences give it; empty where it is not open.

        Those with equal preferences whom only the draw puts in order stand as listed until there is one; at the end
        those who withdrew or died.
        """
        if contest.preferences is None:
            return ()
        counts, draw = result.preferences, self._result.draw
        standing = Standing.of(self._definition, {}, self._result.states).definition.contest(contest.id)
        votes = next(row.votes for row in result.options if row.option == option.id)
        order = ranks(standing, standing.option(option.id), votes, counts)
        drawn = [rank if draw is None else draw_order(draw, contest.id, rank) for rank in order]
        names = [name for rank in drawn for name in rank]
        names += [name for name in option.preferences if name not in names]
        return tuple((numbered(contest, name), counts[name]) for name in names)

    def _party(self, option: Option) -> str:
        """The party's abbreviation; nothing where the option has none."""
        return self._definition.party(option.party).abbreviation if option.party else ""

    def _tie(self, contest: Contest, tie: Tie) -> str:
        names = [self._competitor(contest, one) for one in tie.options]
        winners = [self._competitor(contest, one) for one in tie.winners]
        kind = "tie_open" if tie.open else "tie_drawn"
        return self._say(kind, count=tie.seats_at_stake, options=names, winners=winners)

    @staticmethod
    def _told_ties(result: ContestResult) -> tuple[Tie, ...]:
        """The ties that have a sentence of their own: `_second_round` tells of one that is open for a place in it."""
        seats = (*result.allocation.ties, *result.allocation.list_ties)
        return (*seats, *(tie for tie in result.allocation.all_ties if tie not in seats and not tie.open))

    def _second_round(self, contest: Contest, result: ContestResult) -> str:
        """That nobody is elected, and who goes on, in a sentence; empty where there is no second round."""
        second = result.allocation.second_round
        if second is None:
            return ""
        if second.tie is not None and second.tie.open:
            tied = [self._competitor(contest, one) for one in second.tie.options]
            return self._say("second_round_open", count=second.tie.seats_at_stake, options=tied)
        return self._say("second_round", options=[self._competitor(contest, one) for one in second.options])

    def _decided(self, contest: Contest, result: ContestResult) -> str:
        """What a referendum decided, or that the contest is held again, in words; else empty."""
        nobody = contest.none_of_the_above
        if nobody is not None and result.allocation.void:
            return self._say("void", option=self._competitor(contest, nobody.option))
        if result.outcome is None:
            return ""
        if result.outcome.adopted:
            return self._say("adopted", option=self._competitor(contest, result.outcome.option))
        return self._say("not_adopted")

    def _needs(self, contest: Contest, result: ContestResult) -> tuple[str, ...]:
        """The figures that decide a referendum, a sentence for each condition."""
        rules, outcome = contest.referendum, result.outcome
        if rules is None or outcome is None:
            return ()
        shares = {"majority": rules.majority or HALF, "turnout": rules.turnout, "approval": rules.approval}
        return tuple(
            self._say(
                f"need_{one.what}",
                found=one.count,
                whole=one.whole,
                share=spelled_percent(self._language, percent(one.count, one.whole)),
                needed=self._share(shares.get(one.what)),
                met=self._say("need_met" if one.met else "need_not_met"),
            )
            for one in outcome.needs
        )

    def _states(self, contest: Contest, result: ContestResult) -> tuple[str, ...]:
        """Who withdrew or died, with the reason and what became of the votes, a sentence for each."""
        votes = {one.option: one.votes for one in result.options}
        return tuple(
            self._say(
                "state_person" if one.person else f"state_{one.votes}",
                option=self._text(contest.option(one.option).name),
                person=one.person,
                status=self._say(f"status_{one.status}"),
                reason=one.reason,
                count=votes[one.option],
            )
            for one in self._result.states
            if one.contest == contest.id
        )

    def _share(self, share: Share | None) -> str:
        if share is None:
            return ""
        text = share.more_than or share.at_least
        words = text if "/" in text else spelled_percent(self._language, text)
        return self._say("more_than" if share.more_than else "at_least", share=words)

    def _competitor(self, contest: Contest, one: str) -> str:
        """The name of an option or of a candidate, or those of an agreement's lists."""
        pooled = {agreement.id: agreement.options for agreement in contest.agreements}
        named = (option_words(self._definition, contest, option, self._language) for option in pooled.get(one, (one,)))
        return " + ".join(named)

    @cached_property
    def _unrounded(self) -> Mapping[str, Mapping[str, int]]:
        """The seats by option that contests would have without the rounding of their quota, where it changed some."""
        totals, states = self._result.vote_totals, self._result.states
        return without_rounding(self._definition, totals, draw=self._result.draw, states=states)

    def _rounding(self, contest: Contest) -> str:
        """What the rounding of a quota changed, in a sentence; empty where it changed nothing."""
        if contest.id not in self._unrounded:
            return ""
        seats = self._unrounded[contest.id]
        rows = [f"{self._text(option.name)} {seats[option.id]}" for option in contest.options if seats[option.id]]
        return self._say("rounding", seats=rows)
