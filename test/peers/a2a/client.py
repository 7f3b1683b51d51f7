"""Asks a server of Quorate by Python's official client: where it is, and a token. Prints what came, as JSON."""

import asyncio
import json
import sys

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.helpers import get_data_parts, new_data_part, new_message, new_text_part
from a2a.types import CancelTaskRequest, GetTaskRequest, Role, SendMessageRequest, TaskState


def said(parts):
    return SendMessageRequest(message=new_message(parts, role=Role.ROLE_USER))


async def came(stream):
    """The states and artifacts of a stream, and the id of its task."""
    told, task_id, values = [], "", []
    async for update in stream:
        kind = update.WhichOneof("payload")
        payload = getattr(update, kind)
        if kind == "task":
            task_id = payload.id
            told.append(f"task {TaskState.Name(payload.status.state)}")
        elif kind == "status_update":
            told.append(TaskState.Name(payload.status.state))
        elif kind == "artifact_update":
            told.append(f"artifact {payload.artifact.name}")
            values += get_data_parts(payload.artifact.parts)
    return {"told": told, "taskId": task_id, "values": values}


async def main(at, token):
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as http:
        card = await A2ACardResolver(http, at).get_agent_card()
        client = ClientFactory(ClientConfig(httpx_client=http)).create(card)
        out = {"card": card.name, "skills": [skill.id for skill in card.skills]}
        agreed = new_data_part({"says": ["hold", "hold"]})
        out["agreed"] = await came(client.send_message(said([agreed])))
        contested = new_data_part({"says": ["ship", "hold"]})
        out["asks"] = await came(client.send_message(said([contested])))
        answer = said([new_text_part("ship")])
        answer.message.task_id = out["asks"]["taskId"]
        out["answered"] = await came(client.send_message(answer))
        task = await client.get_task(GetTaskRequest(id=out["asks"]["taskId"]))
        out["got"] = TaskState.Name(task.status.state)
        again = await came(client.send_message(said([contested])))
        cancelled = await client.cancel_task(CancelTaskRequest(id=again["taskId"]))
        out["cancelled"] = TaskState.Name(cancelled.status.state)
    print(json.dumps(out))


asyncio.run(main(*sys.argv[1:]))
