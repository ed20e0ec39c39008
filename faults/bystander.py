"""Somebody alone in another room, in a process of their own: what others' trouble costs them.

The process takes the arguments of a Participant as JSON, says "here" when it is in the room, talks
until its stdin ends, and then prints what it has seen as a line of JSON. It can be stopped
(SIGSTOP), as any client can. What it reads on stdin is the version that it has to see first.
"""

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from faults.participant import Participant
from wire.backends import ROOT

PERCENTILE = 0.99
SETTLE_SECONDS = 60  # for the process to end


@dataclass
class Witness:
    """What a participant in another process saw; see Participant."""

    versions: list
    acks: dict
    trips: list  # of [when a message was made, when it was read back]
    codes: list
    refusals: int

    def percentile(self, down):
        """Return the 99th percentile round trip in seconds, of what was not under way while
        something that this person needs was down: `down` is a list of (from, to)."""
        trips = sorted(
            back - made
            for made, back in self.trips
            if not any(start <= back and made <= end for start, end in down)
        )
        assert len(trips) >= 20, f"only {len(trips)} round trips were measured"
        return trips[int(len(trips) * PERCENTILE)]


class Bystander:
    """The process, seen from the test."""

    def __init__(self, **arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "faults.bystander", json.dumps(arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def arrived(self):
        line = await asyncio.to_thread(self.process.stdout.readline)
        assert line == "here\n", f"a bystander said {line!r}"

    async def go(self, version=0):
        """Let it settle, see a version and end; return its Witness. Raises AssertionError when it
        found something wrong."""
        output, _ = await asyncio.to_thread(
            self.process.communicate, str(version), timeout=SETTLE_SECONDS
        )
        assert self.process.returncode == 0, "a bystander saw what is told on stderr"
        return Witness(**json.loads(output))

    def end(self):
        self.process.kill()
        self.process.communicate()


async def stand_by(arguments):
    participant = Participant(**arguments)
    participant.come()
    await participant.arrived()
    print("here", flush=True)
    participant.talk()
    awaited = int(await asyncio.to_thread(sys.stdin.read))
    await participant.settled()
    newest = max([awaited, *(version for _, version in participant.acks.values())])
    await participant.until(lambda: participant.version >= newest, f"version {newest}")
    await participant.go()
    witness = Witness(
        participant.versions,
        participant.acks,
        [(made, participant.read[ref]) for ref, made in participant.made.items()],
        participant.codes,
        participant.refusals,
    )
    print(json.dumps(asdict(witness)))


if __name__ == "__main__":
    asyncio.run(stand_by(json.loads(sys.argv[1])))
