"""A peer made with Python's official SDK, at a port that is free: prints where it is. Works until it is told to stop."""

import asyncio
import socket

import uvicorn
from a2a.helpers import get_message_text, new_data_part, new_task_from_user_message, new_text_message
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentSkill, TaskState
from starlette.applications import Starlette


class Reviewer(AgentExecutor):
    async def execute(self, context, queue):
        task = context.current_task
        if task is None:
            task = new_task_from_user_message(context.message)
            await queue.enqueue_event(task)
        updater = TaskUpdater(queue, task.id, task.context_id)
        asked = get_message_text(context.message)
        await updater.start_work(new_text_message("reading"))
        if "hang" in asked:
            await asyncio.sleep(3_600)
        if "ask" in asked and "main" not in asked:
            await updater.requires_input(new_text_message("Which branch?"))
            return
        await updater.add_artifact([new_data_part({"recommendation": "ship", "asked": asked})])
        usage = {"usage": {"inputTokens": 20, "outputTokens": 9}}
        await updater.update_status(TaskState.TASK_STATE_COMPLETED, metadata=usage)

    async def cancel(self, context, queue):
        print("cancelled", flush=True)
        await TaskUpdater(queue, context.task_id, context.context_id).cancel()


door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen(16)
at = f"http://127.0.0.1:{door.getsockname()[1]}"
card = AgentCard(
    name="reviewer",
    description="Reviews.",
    version="1",
    supported_interfaces=[AgentInterface(url=f"{at}/rpc", protocol_binding="JSONRPC", protocol_version="1.0")],
    capabilities=AgentCapabilities(streaming=True),
    default_input_modes=["text/plain"],
    default_output_modes=["application/json"],
    skills=[AgentSkill(id="review", name="review", description="Reviews.", tags=["review"])],
)
handler = DefaultRequestHandler(Reviewer(), InMemoryTaskStore(), card)
app = Starlette(routes=[*create_agent_card_routes(card), *create_jsonrpc_routes(handler, "/rpc")])
print(f"at {at}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[door])
