// SPDX-License-Identifier: Apache-2.0
// Where the program finds its own content (rules, tables): BARTIZAN_CONTENT, else beside the installed
// program
// (../share/bartizan/content), else in the checkout it was built in (../../content). Empty when there is
// none.
#pragma once

#include <string>

namespace bartizan::app {

std::string content_folder();

}  // namespace bartizan::app
