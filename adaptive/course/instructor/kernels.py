"""The kernel of a submission, behind walls: it is spoken with through sockets that are files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.manager import AsyncKernelManager

from adaptive.course.instructor import walls

#: Bytes of one message; a figure has a fraction of a million.
LARGEST = 32 * 2**20


class Walled(AsyncKernelManager):
    """Start a kernel behind walls.

    Parameters
    ----------
    kind : str
        Which walls, as `walls.available` says.
    files : dict of Path
        What the submission may read in its home, by name.
    **traits
        As for every kernel.
    """

    def __init__(self, kind: str, files: dict[str, Path], **traits: Any) -> None:
        self._kind = kind
        self._room = walls.new_room(files)
        super().__init__(
            transport="ipc",
            ip=str(self._room.folder / "socket"),
            connection_file=str(self._room.folder / "kernel.json"),
            **traits,
        )
        # The process that a signal would reach is the wall.
        assert self.kernel_spec is not None
        self.kernel_spec.interrupt_mode = "message"

    def client(self, **traits: Any) -> Any:
        """Return what speaks with the kernel, and takes no message beyond all measure."""
        made = super().client(**traits)
        # The default of the sockets that are made from now on.
        made.context.setsockopt(zmq.MAXMSGSIZE, LARGEST)
        return made

    async def _async_launch_kernel(self, kernel_cmd: list[str], **given: Any) -> None:
        if os.geteuid() == 0:
            owner = walls.owner(self._room)
            os.chown(self.connection_file, owner, owner)
        given |= {"env": walls.environment(), "cwd": str(self._room.folder)}
        await super()._async_launch_kernel(
            walls.command(self._kind, self._room, kernel_cmd), **given
        )

    _launch_kernel = _async_launch_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._room.folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
