// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <mutex>

#include "base/limits.h"
#include "base/must.h"

namespace bartizan::store {
namespace {

// ClickHouse, dbms/src/Common/ErrorCodes.cpp; numbers never change.
enum Code : int {
  kAttemptToReadAfterEof = 32,
  kUnknownTable = 60,
  kUnknownDatabase = 81,
  kTimeoutExceeded = 159,
  kReadonly = 164,
  kUnknownUser = 192,
  kWrongPassword = 193,
  kRequiredPassword = 194,
  kTooManyQueries = 202,
  kNoFreeConnection = 203,
  kSocketTimeout = 209,
  kNetworkError = 210,
  kMemoryLimit = 241,
  kNotEnoughSpace = 243,
  kTooManyParts = 252,
  kAllConnectionTriesFailed = 279,
  kQueryWasCancelled = 394,
  kAuthenticationFailed = 516,
};

bool is_temporary(int code) {
  static constexpr int kTemporary[] = {kAttemptToReadAfterEof,   kTooManyQueries, kNoFreeConnection,
                                       kSocketTimeout,           kNetworkError,   kTooManyParts,
                                       kAllConnectionTriesFailed};
  return std::ranges::find(kTemporary, code) != std::end(kTemporary);
}

// `Code: 60, e.displayText() = DB::Exception: Table a.b doesn't exist., e.what() = DB::Exception`
int code_of(std::string_view problem) {
  static constexpr std::string_view kStart = "Code: ";
  const std::size_t at = problem.find(kStart);
  if (at == std::string_view::npos) return 0;
  int code = 0;
  std::from_chars(problem.data() + at + kStart.size(), problem.data() + problem.size(), code);
  return code;
}

std::string message_of(std::string_view problem) {
  static constexpr std::string_view kException = "DB::Exception: ";
  if (const std::size_t at = problem.find(kException); at != std::string_view::npos)
    problem.remove_prefix(at + kException.size());
  problem = problem.substr(0, problem.find(", e.what() ="));
  while (problem.ends_with('\n') || problem.ends_with('.') || problem.ends_with(' '))
    problem.remove_suffix(1);
  return std::string(problem);
}

std::string explained(int code, long status, const std::string& problem, const ClickHouseAddress& address) {
  if (problem.find("No space left on device") != std::string::npos || code == kNotEnoughSpace)
    return "the disk of the server is full: make room (bartizan store prune), then scan again";
  switch (code) {
    case kUnknownUser:
    case kWrongPassword:
    case kRequiredPassword:
    case kAuthenticationFailed:
      return "the server refuses user '" + (address.user.empty() ? "default" : address.user) +
             "'; set BARTIZAN_CLICKHOUSE_USER and BARTIZAN_CLICKHOUSE_PASSWORD";
    case kUnknownDatabase:
      return "there is no database '" + address.database + "'; `bartizan scan --store` makes it";
    case kTimeoutExceeded: return "took longer than it may; ask for fewer days, or give more with --seconds";
    case kMemoryLimit: return "needs more memory than it may; ask for fewer days, or give more with --memory";
    case kReadonly: return "a hunt can only read: write one SELECT";
    case kAllConnectionTriesFailed: return "a shard of the cluster does not answer: " + message_of(problem);
    default: break;
  }
  if (code == 0)
    return "answers with HTTP status " + std::to_string(status) + ", which is not ClickHouse's way";
  return message_of(problem) + " (code " + std::to_string(code) + ")";
}

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

struct CurlFree {
  void operator()(char* text) const { curl_free(text); }
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

class ClickHouseClient::Connection {
 public:
  Connection() {
    start_curl();
    curl_.reset(curl_easy_init());
    MUST(curl_ != nullptr);
  }

  ClickHouseReply exchange(const ClickHouseRequest& request, const ClickHouseAddress& address,
                           std::size_t server) {
    request_ = &request, problem_.clear(), is_refused_ = false;
    prepare(address);
    const std::string url = url_of(request, address, server);
    curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
    std::unique_ptr<curl_mime, CurlFree> mime;
    if (!request.ids.empty()) {
      mime.reset(curl_mime_init(curl_.get()));
      curl_mimepart* part = curl_mime_addpart(mime.get());
      curl_mime_name(part, "ids");
      curl_mime_filename(part, "ids");
      curl_mime_data(part, reinterpret_cast<const char*>(request.ids.data()), request.ids.size_bytes());
      curl_easy_setopt(curl_.get(), CURLOPT_MIMEPOST, mime.get());
    } else {
      const std::string_view body = request.rows.empty() ? std::string_view(request.sql) : request.rows;
      curl_easy_setopt(curl_.get(), CURLOPT_POST, 1L);
      curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, body.data());
    }
    // No `Expect: 100-continue`, which costs a round trip each.
    const std::unique_ptr<curl_slist, CurlFree> headers(curl_slist_append(nullptr, "Expect:"));
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, headers.get());
    const CURLcode done = curl_easy_perform(curl_.get());
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    ClickHouseReply reply = reply_of(done, status, address);
    reply.error.where = address.servers[server].host + ":" + std::to_string(address.servers[server].port);
    request_ = nullptr;
    return reply;
  }

  // Whether the last exchange did not come as far as a connection.
  bool is_unreached() const { return is_unreached_; }

 private:
  void prepare(const ClickHouseAddress& address) {
    CURL* const curl = curl_.get();
    curl_easy_reset(curl);  // keeps the connection
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, address.is_tls ? "https" : "http");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, long{limits::kClickHouseConnectSeconds});
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, long{request_->seconds});
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    if (!address.user.empty() || !address.password.empty()) {
      curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      curl_easy_setopt(curl, CURLOPT_USERNAME, address.user.empty() ? "default" : address.user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, address.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Connection::on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Connection::on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  }

  std::string url_of(const ClickHouseRequest& request, const ClickHouseAddress& address,
                     std::size_t server) const {
    const ClickHouseAddress::Server& one = address.servers[server];
    std::string url =
        (address.is_tls ? "https://" : "http://") + one.host + ":" + std::to_string(one.port) + "/?";
    const auto add = [&](std::string_view name, const std::string& value) {
      const std::unique_ptr<char, CurlFree> escaped(
          curl_easy_escape(curl_.get(), value.data(), static_cast<int>(value.size())));
      url += (url.ends_with('?') ? "" : "&") + std::string(name) + "=" + escaped.get();
    };
    // An answer waits until all went well, so that a status can be believed.
    add("wait_end_of_query", "1");
    if (!request.query_id.empty()) add("query_id", request.query_id);
    if (!request.rows.empty() || !request.ids.empty()) add("query", request.sql);
    if (!request.ids.empty()) add("ids_structure", "id UInt64"), add("ids_format", "RowBinary");
    for (const auto& [name, value] : request.settings) add(name, value);
    return url;
  }

  static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self) {
    Connection& connection = *static_cast<Connection*>(self);
    const std::string_view piece(bytes, size * count);
    long status = 0;
    curl_easy_getinfo(connection.curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
      const std::size_t room = limits::kClickHouseProblemBytesMax - connection.problem_.size();
      connection.problem_ += piece.substr(0, room);
      return piece.size();
    }
    if (!connection.request_->take || connection.request_->take(piece)) return piece.size();
    connection.is_refused_ = true;
    return CURL_WRITEFUNC_ERROR;
  }

  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const Connection& connection = *static_cast<Connection*>(self);
    return connection.request_->go_on && !connection.request_->go_on();
  }

  ClickHouseReply reply_of(CURLcode done, long status, const ClickHouseAddress& address) {
    is_unreached_ = done == CURLE_COULDNT_CONNECT || done == CURLE_COULDNT_RESOLVE_HOST;
    ClickHouseReply reply;
    if (done == CURLE_OK && status == 200) return reply.is_done = true, reply;
    if (is_refused_) return reply.is_done = true, reply;
    if (done == CURLE_ABORTED_BY_CALLBACK) return reply.error.message = "cancelled", reply;
    if (done == CURLE_OK) {
      reply.code = code_of(problem_);
      reply.is_temporary = is_temporary(reply.code) || (reply.code == 0 && status >= 500);
      reply.error.message = explained(reply.code, status, problem_, address);
      return reply;
    }
    reply.is_temporary = done != CURLE_PEER_FAILED_VERIFICATION && done != CURLE_SSL_CONNECT_ERROR;
    reply.error.message = is_unreached_
                              ? std::string("no ClickHouse answers there (") + curl_easy_strerror(done) +
                                    "); is it running, and is this its HTTP port?"
                              : std::string("the connection failed: ") + curl_easy_strerror(done);
    return reply;
  }

  std::unique_ptr<CURL, CurlFree> curl_;
  const ClickHouseRequest* request_ = nullptr;  // while an exchange is under way
  std::string problem_;
  bool is_refused_ = false;  // whoever asked has had enough
  bool is_unreached_ = false;
};

ClickHouseClient::ClickHouseClient(ClickHouseAddress address)
    : address_(std::move(address)), connection_(std::make_unique<Connection>()) {}
ClickHouseClient::~ClickHouseClient() = default;
ClickHouseClient::ClickHouseClient(ClickHouseClient&&) noexcept = default;
ClickHouseClient& ClickHouseClient::operator=(ClickHouseClient&&) noexcept = default;

ClickHouseReply ClickHouseClient::exchange(const ClickHouseRequest& request) {
  for (std::size_t tried = 1;; ++tried) {
    ClickHouseReply reply = connection_->exchange(request, address_, server_);
    if (!connection_->is_unreached() || tried == address_.servers.size()) return reply;
    server_ = (server_ + 1) % address_.servers.size();
  }
}

Result<void> ClickHouseClient::run(const ClickHouseRequest& request) {
  ClickHouseReply reply = exchange(request);
  if (reply.is_done) return {};
  return std::unexpected(std::move(reply.error));
}

Result<std::string> ClickHouseClient::answer_of(const std::string& sql) {
  std::string answer;
  TRY_VOID(
      run({.sql = sql, .settings = {{"database", address_.database}}, .take = [&](std::string_view piece) {
             answer += piece;
             return answer.size() < limits::kClickHouseLineBytesMax;
           }}));
  return answer;
}

}  // namespace bartizan::store
