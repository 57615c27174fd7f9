// SPDX-License-Identifier: Apache-2.0
#include "store/raw_pieces.h"

#include <zstd.h>

#include <charconv>

#include "base/limits.h"
#include "base/must.h"
#include "store/content_hash.h"

namespace bartizan::store {
namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    unsigned byte = 0;
    std::from_chars(hex.data(), hex.data() + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

Result<std::string> decompressed(const std::string& bytes, std::uint64_t size) {
  std::string out(std::min<std::uint64_t>(size, 2 * limits::kPieceBytesMax), '\0');
  if (ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size()) != size)
    return fail("the bytes that were kept of it are damaged");
  return out;
}

}  // namespace

struct RawRows::Compressor {
  Compressor() : context(ZSTD_createCCtx()) {
    MUST(context != nullptr);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, limits::kRawZstdLevel);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  }
  ~Compressor() { ZSTD_freeCCtx(context); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ZSTD_CCtx* context;
};

RawRows::RawRows() : compressor_(std::make_unique<Compressor>()) {}
RawRows::~RawRows() = default;

Row RawRows::make(const Origin& origin, Bytes bytes, Instant last) {
  compressed_.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(compressor_->context, compressed_.data(), compressed_.size(),
                                          bytes.data(), bytes.size());
  MUST(!ZSTD_isError(size));
  compressed_.resize(size);
  cells_ = {Cell(origin.evidence),
            Cell(static_cast<std::int64_t>(origin.offset)),
            Cell(static_cast<std::int64_t>(bytes.size())),
            Cell(origin.format),
            Cell(origin.modified.ticks),
            Cell(origin.context),
            Cell(std::string_view(compressed_))};
  // A piece is known by what it says and where it stands, as the records in it are.
  const std::uint64_t known_by[] = {content_hash(as_text(bytes)), origin.offset};
  return {last, content_hash({reinterpret_cast<const char*>(known_by), sizeof known_by}), cells_, {}};
}

Result<std::vector<RawPiece>> find_raw_pieces(Database& database, std::string_view evidence,
                                              std::uint64_t position) {
  const std::string at = std::to_string(position);
  TRY(const auto rows,
      database.rows_of("SELECT position, size, modified, format, hex(context), hex(data) FROM raw "
                       "WHERE evidence = " +
                       sql_text(evidence) + " AND position <= " + at + " AND position + size > " + at +
                       " ORDER BY time DESC, id LIMIT 16"));
  std::vector<RawPiece> pieces;
  for (const std::vector<std::string>& row : rows) {
    TRY(std::string bytes, decompressed(bytes_of_hex(row[5]), number_in(row[1])));
    pieces.push_back({std::string(evidence), row[3], bytes_of_hex(row[4]), number_in(row[0]),
                      Instant{static_cast<std::int64_t>(number_in(row[2]))}, std::move(bytes)});
  }
  return pieces;
}

}  // namespace bartizan::store
