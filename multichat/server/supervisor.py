"""Several processes behind one port, kept alive."""

import asyncio
import logging
import random
import signal
import socket
import sys

logger = logging.getLogger(__name__)

READY = b"1"
START_SECONDS = 60  # for a new process to be ready, when it is to replace another
END_SECONDS = 12  # two more than a process takes by itself
# One that dies is started again at once. Those that follow, as long as none lives longer than
# SHORT seconds, come after a pause that doubles from FIRST to LONGEST. Each pause is varied by
# half, so that processes that die together do not all come back together.
SHORT, FIRST, LONGEST = 10, 0.5, 8


def tell_ready(line):
    """Say, in a process that was started by a supervisor, that it is ready."""
    try:
        line.send(READY)
    except OSError:
        pass  # the supervisor has ended meanwhile, and so will this process


def pause_before(deaths):
    """Return the seconds to wait after so many deaths in a row that came quickly."""
    if deaths < 2:
        return 0
    return min(LONGEST, FIRST * 2 ** (deaths - 2)) * random.uniform(0.5, 1.5)  # noqa: S311


class Child:
    """One serving process.

    Its `line` is a pair of connected sockets. It says READY there, and ends when our end is closed:
    by us, or by the kernel when we are killed.
    """

    @classmethod
    async def start(cls, command, listening):
        """Start a process; its command is told the descriptors that it inherits."""
        child = cls()
        child.line, theirs = socket.socketpair()
        child.line.setblocking(False)
        with theirs:
            inherited = [one.fileno() for one in listening]
            child.process = await asyncio.create_subprocess_exec(
                *command,
                "--listening=" + ",".join(map(str, inherited)),
                f"--line={theirs.fileno()}",
                pass_fds=[*inherited, theirs.fileno()],
            )
        child.began = asyncio.get_running_loop().time()
        return child

    async def ready(self):
        """Whether the process has become ready; False when it has ended before."""
        return await asyncio.get_running_loop().sock_recv(self.line, 1) == READY

    async def end(self):
        """Tell the process to end, and return when it has; kill it when it does not."""
        self.line.close()
        try:
            await asyncio.wait_for(self.process.wait(), END_SECONDS)
        except TimeoutError:
            logger.warning("Process %s did not end by itself and is killed.", self.process.pid)
            self.process.kill()
            await self.process.wait()


class Supervisor:
    """Runs `count` processes of a command until SIGTERM or SIGINT.

    The command has to take `--listening`, the numbers of inherited descriptors with commas between
    them, and `--line`, one such number. SIGHUP replaces the processes, one after the other.
    """

    def __init__(self, count, listening, command=None):
        self.listening = listening
        self.command = command or [sys.executable, *sys.orig_argv[1:]]
        self.places = [Place(self, number) for number in range(count)]
        self.alive = set()

    def run(self, on_ready):
        """Return when all have ended; `on_ready()` is called, in a thread, when all are ready."""
        asyncio.run(self.live(on_ready))

    async def live(self, on_ready):
        loop = asyncio.get_running_loop()
        self.told_to_end, self.told_to_roll = asyncio.Event(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.signalled)
        loop.add_signal_handler(signal.SIGHUP, self.told_to_roll.set)
        work = [self.announce(on_ready), self.roll(), *(place.keep() for place in self.places)]
        tasks = [asyncio.create_task(each) for each in work]
        await self.told_to_end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.gather(*(child.end() for child in self.alive))

    def signalled(self):
        """Begin to end; a second signal ends all processes at once."""
        if self.told_to_end.is_set():
            for child in self.alive:
                child.process.kill()
        self.told_to_end.set()

    async def announce(self, on_ready):
        for place in self.places:
            await place.ready.wait()
        await asyncio.to_thread(on_ready)

    async def roll(self):
        """Replace all processes whenever told to. Where a new one does not come up, those that are
        still there stay."""
        while True:
            await self.told_to_roll.wait()
            self.told_to_roll.clear()
            for place in self.places:
                if not await place.replace():
                    logger.warning("A new process did not start: the restart ends here.")
                    break

    async def start(self):
        child = await Child.start(self.command, self.listening)
        self.alive.add(child)
        return child


class Place:
    """One of a supervisor's processes, and those that follow it."""

    def __init__(self, supervisor, number):
        self.supervisor, self.number = supervisor, number
        self.child = None
        self.changing = asyncio.Lock()
        self.ready = asyncio.Event()
        self.deaths = 0  # in a row, that came quickly

    async def keep(self):
        """Keep a process in this place, for ever."""
        while True:
            async with self.changing:
                if self.child not in self.supervisor.alive:
                    await asyncio.sleep(pause_before(self.deaths))
                    self.child = await self.supervisor.start()
            child = self.child
            if await child.ready():
                self.ready.set()
            await child.process.wait()
            self.supervisor.alive.discard(child)
            if self.child is child:
                self.tell_of_death(child)

    def tell_of_death(self, child):
        lived = asyncio.get_running_loop().time() - child.began
        self.deaths = self.deaths + 1 if lived < SHORT else 1
        code = child.process.returncode
        logger.warning(
            "Process %s of the site ended by itself (%s) and is started again.",
            child.process.pid,
            signal.Signals(-code).name if code < 0 else f"exit code {code}",
        )

    async def replace(self):
        """Put a new process into this place, and end the old one when the new one is ready; return
        whether that was so."""
        async with self.changing:
            old, new = self.child, await self.supervisor.start()
            try:
                ready = await asyncio.wait_for(new.ready(), START_SECONDS)
            except TimeoutError:
                ready = False
            if ready:
                self.child = new
        leaving = old if ready else new
        await leaving.end()
        self.supervisor.alive.discard(leaving)
        return ready
