// SPDX-License-Identifier: Apache-2.0
// Findings from what a network sensor has found already: the alerts of Suricata, whether it ran a moment ago over a capture
// or wrote its EVE log on the spot. The rule of such a finding is the signature: `suricata:1:2019401`, generator and number.
// Pure, any thread.
#pragma once

#include <string>

#include "engine/log_reader.h"
#include "model/event.h"
#include "model/finding.h"

namespace bartizan {

// By what the event declares; its fields need not be there.
bool is_signature_alert(const Event& event);

// `event` is whole.
Finding make_signature_finding(const Event& event, const Log& log);

}  // namespace bartizan
