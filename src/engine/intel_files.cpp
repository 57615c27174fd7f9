// SPDX-License-Identifier: Apache-2.0
#include "engine/intel_files.h"

#include <algorithm>
#include <filesystem>

#include "source/archive.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

constexpr std::size_t kHeadSize = 512;

std::string name_of(const std::string& path) {
  std::filesystem::path name = path;
  while (!name.has_filename() && name.has_parent_path() && name != name.parent_path())
    name = name.parent_path();
  return name.has_stem() ? name.stem().string() : path;
}

class PathReader {
 public:
  PathReader(intel::IntelStore& store, const intel::ImportOptions& options, IntelImport& out)
      : store_(store), options_(options), out_(out) {}

  void read_file(const std::string& path) {
    auto file = EvidenceFile::open(path);
    if (!file.has_value()) return complain(file.error().text());
    ArchiveBudget budget;
    read(*file, path, budget);
  }

 private:
  void complain(std::string text) { out_.unreadable.push_back(std::move(text)), ++out_.mistakes; }

  // Recursion, by way of archives, is bounded by the budget's depth.
  void read(ByteStream& stream, const std::string& name, ArchiveBudget& budget) {
    std::vector<std::uint8_t> head(kHeadSize);
    auto size = stream.read(head);
    if (!size.has_value()) return complain(name + ": " + size.error().text());
    head.resize(*size);
    if (looks_like_archive(head)) {
      auto done =
          for_each_member(stream, head, name, budget, [&](const std::string& member, ByteStream& bytes) {
            read(bytes, name + "!" + member, budget);
            return true;
          });
      if (!done.has_value()) complain(name + ": " + done.error().text());
      return;
    }
    std::size_t given = 0;
    const intel::ReadBytes bytes = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
      if (given == head.size()) return stream.read(buffer);
      const std::size_t part = std::min(buffer.size(), head.size() - given);
      std::copy_n(head.begin() + static_cast<std::ptrdiff_t>(given), part, buffer.begin());
      given += part;
      return part;
    };
    intel::ImportOptions options = options_;
    options.file = name;
    IntelFile& file = out_.files.emplace_back();
    file.file = name;
    store_.import(bytes, options, file.report);
    out_.mistakes += file.report.mistakes_total;
  }

  intel::IntelStore& store_;
  const intel::ImportOptions& options_;
  IntelImport& out_;
};

void warn_of_missing(const std::string& path, IntelImport& out) {
  const auto warn = [&](const std::string& file, std::string code, std::string message, std::string hint) {
    out.warnings.push_back(
        {std::move(code), file, 0, 0, std::move(message), std::move(hint), Severity::kWarning});
  };
  if (!out.files.empty() && out.files.back().report.has_more)
    warn(out.files.back().file, "taxii.more", "the collection has further pages after this one",
         "save them beside it, in the order of their names, and import the folder");
  for (const IntelFile& file : out.files) {
    std::size_t missing = 0;
    for (const std::string& event : file.report.listed_events)
      missing += std::none_of(out.files.begin(), out.files.end(), [&](const IntelFile& other) {
        return other.file.find(event) != std::string::npos;
      });
    if (missing)
      warn(file.file, "misp.missing",
           std::to_string(missing) + " of " + std::to_string(file.report.listed_events.size()) +
               " events of the feed are not in " + path,
           {});
  }
}

}  // namespace

Result<IntelImport> import_intel_path(intel::IntelStore& store, const std::string& path, intel::Source source,
                                      const intel::ImportOptions& options, Instant now) {
  IntelImport out;
  if (source.name.empty()) source.name = name_of(path);
  out.source = source.name;
  TRY_VOID(store.begin(source, now));
  PathReader reader(store, options, out);
  std::vector<Error> errors;
  for (const std::string& file : list_evidence(path, errors)) reader.read_file(file);
  for (const Error& error : errors) out.unreadable.push_back(error.text()), ++out.mistakes;
  intel::ImportReport whole;
  whole.mistakes_total = out.mistakes;
  for (const IntelFile& file : out.files)
    if (file.report.format != "MISP manifest" && whole.format.empty()) whole.format = file.report.format;
  warn_of_missing(path, out);
  TRY(out.is_kept, store.end(whole));
  return out;
}

}  // namespace bartizan
