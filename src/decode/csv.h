// SPDX-License-Identifier: Apache-2.0
// Comma-separated values by RFC 4180, and what differs in practice: other delimiters, a byte order mark,
// UTF-16LE, a first line `#TYPE …` (PowerShell) or `sep=;` (Excel). A quotation mark opens a quoted value
// only where a value begins; inside, line ends belong to the value; one that is not closed within
// limits::kCsvRecordBytesMax is an ordinary character, so that damage costs one record and not the rest of
// the file. Pure, any thread; results are views of the input or the arena.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"

namespace bartizan {

// How the bytes of a table are to be read; found at the start of the file.
struct CsvDialect {
  bool utf16 = false;
  char delimiter = ',';
};

// Where the first record of the data begins, and the record that names the columns, as UTF-8 without its line
// end.
struct CsvStart {
  CsvDialect dialect;
  std::size_t data = 0;
  std::string header;
};

// False: the bytes do not hold the whole header yet. With `at_end` always true.
bool find_csv_start(Bytes buffer, bool at_end, CsvStart& start);

// The end of the record that begins at `begin`, line end included; npos when it is not complete (never with
// `at_end`).
inline constexpr std::size_t kCsvNeedsMore = SIZE_MAX;
std::size_t csv_record_end(Bytes buffer, std::size_t begin, const CsvDialect& dialect, bool at_end);

// A record's text as UTF-8, without its line end.
std::string_view csv_record_text(Bytes record, const CsvDialect& dialect, Arena& arena);

// The value of a record that begins at `at`, and in `at` where the next one begins; npos behind the last.
std::string_view next_csv_value(std::string_view record, std::size_t& at, char delimiter, Arena& arena);
// The values of a record, at most limits::kColumnsMax; false when there were more.
bool split_csv_record(std::string_view record, char delimiter, Arena& arena,
                      std::vector<std::string_view>& values);

}  // namespace bartizan
