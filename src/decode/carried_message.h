// SPDX-License-Identifier: Apache-2.0
// Texts of another form that a JSON record carries. One thread.
#pragma once

#include "model/event.h"
#include "model/oddity.h"

namespace bartizan {

// journald's MESSAGE, or the line of a container (`log`, `message`): it is read as the same message in syslog is, and the event
// declares the log source of the program that wrote it. Adds to the draft, which has all fields of the record. True: the message is an audit record or an event as XML, whose events are in `batch`
// in place of the draft.
bool read_carried_message(EventBatch& batch, OddityList& oddities);

// The XML that Azure's SecurityEvent keeps the data of a Windows event in: `<EventData …><Data Name="x">y</Data>…`. Each Data
// becomes a field, unless the record has a column of that name.
void read_carried_event_data(EventBatch& batch);

// A message of the kernel as `dmesg --json` gives it: `pri`, `time`, `msg`. A time that is a number is seconds since the start
// (Uptime), and what those count from is not in the text.
void read_carried_kernel_message(EventBatch& batch);

}  // namespace bartizan
