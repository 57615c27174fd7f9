// SPDX-License-Identifier: Apache-2.0
// The lists of `bartizan identity`, as tables with figures. Pure; one thread.
#pragma once

#include "engine/identity_survey.h"
#include "sink/table.h"

namespace bartizan::app {

Table tickets_of(const IdentitySurvey& survey);
Table ntlm_of(const IdentitySurvey& survey);
Table coverage_of(const IdentitySurvey& survey);
Table paths_of(const IdentitySurvey& survey, std::size_t a_day);
Table posture_of(const IdentitySurvey& survey);

}  // namespace bartizan::app
