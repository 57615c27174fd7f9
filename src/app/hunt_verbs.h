// SPDX-License-Identifier: Apache-2.0
// The verbs of `hunt` and `store`; see app/verbs.h.
#pragma once

#include "app/options.h"

namespace bartizan::app {

extern const Verb kHuntSearchVerb, kHuntSqlVerb, kHuntRulesVerb, kHuntFieldsVerb;
extern const Verb kHuntStackVerb, kHuntBeaconsVerb, kHuntFirstSeenVerb, kHuntTreeVerb, kHuntAroundVerb,
    kHuntPivotVerb, kHuntSessionsVerb, kHuntLongConnectionsVerb;
extern const Verb kHuntListVerb, kHuntDueVerb, kHuntRunVerb, kHuntHistoryVerb, kHuntTestVerb;
extern const Verb kStoreShowVerb, kStoreRecordVerb, kStorePruneVerb;

}  // namespace bartizan::app
