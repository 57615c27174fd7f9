// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_address.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

namespace bartizan::store {
namespace {

constexpr std::string_view kScheme = "clickhouse://";
constexpr std::uint16_t kPort = 8123, kTlsPort = 8443;

// Up to `end`, which goes as well; all of it when there is none.
std::string_view take_until(std::string_view& rest, char end) {
  const std::string_view part = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

// %41 is A.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned code = static_cast<unsigned char>(text[0]);
    std::size_t size = 1;
    if (text[0] == '%') {
      const auto [end, error] =
          std::from_chars(text.data() + 1, text.data() + std::min<std::size_t>(3, text.size()), code, 16);
      if (error != std::errc() || end != text.data() + 3) return std::nullopt;
      size = 3;
    }
    out += static_cast<char>(code);
    text.remove_prefix(size);
  }
  return out;
}

// What may stand in SQL between backquotes without more ado.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

std::optional<ClickHouseAddress::Server> parse_server(std::string_view text, std::uint16_t port) {
  const std::size_t colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
  ClickHouseAddress::Server server{std::string(text.substr(0, colon)), port};
  if (colon != std::string_view::npos) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), server.port);
    if (error != std::errc() || end != digits.data() + digits.size() || server.port == 0) return std::nullopt;
  }
  if (!is_host(server.host)) return std::nullopt;
  return server;
}

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

bool is_clickhouse_address(std::string_view store) { return store.starts_with(kScheme); }

std::string ClickHouseAddress::text() const {
  std::string out(kScheme);
  for (std::size_t i = 0; i < servers.size(); ++i)
    out += (i ? "," : "") + servers[i].host + ":" + std::to_string(servers[i].port);
  return out + "/" + database + (cluster.empty() ? "" : "?cluster=" + cluster);
}

Result<ClickHouseAddress> parse_clickhouse_address(std::string_view store) {
  // The address is never repeated in a message: it may hold a password.
  const auto wrong = [](const std::string& what) {
    return fail(what + "; write clickhouse://HOST:PORT/DATABASE", "address of the store");
  };
  if (!is_clickhouse_address(store)) return wrong("is none of ClickHouse");
  ClickHouseAddress out;
  out.user = from_environment("BARTIZAN_CLICKHOUSE_USER");
  out.password = from_environment("BARTIZAN_CLICKHOUSE_PASSWORD");
  std::string_view rest = store.substr(kScheme.size());
  std::string_view before_options = take_until(rest, '?');
  while (!rest.empty()) {
    std::string_view option = take_until(rest, '&');
    const std::string_view name = take_until(option, '=');
    if (name == "cluster" && is_name(option)) out.cluster = option;
    else if (name == "tls" && (option == "0" || option == "1")) out.is_tls = option == "1";
    else return wrong("the options are cluster=NAME and tls=1");
  }
  if (const std::size_t at = before_options.rfind('@'); at != std::string_view::npos) {
    std::string_view login = before_options.substr(0, at);
    before_options.remove_prefix(at + 1);
    const auto user = unescaped(take_until(login, ':')), password = unescaped(login);
    if (!user || !password) return wrong("a % in user or password is written %25");
    out.user = *user;
    if (!login.empty()) out.password = *password;
  }
  std::string_view servers = take_until(before_options, '/');
  if (!before_options.empty()) out.database = before_options;
  if (!is_name(out.database))
    return wrong("the name of its database has other signs than letters, digits, _ and -");
  do {
    const auto server = parse_server(take_until(servers, ','), out.is_tls ? kTlsPort : kPort);
    if (!server) return wrong("its server is no HOST:PORT");
    out.servers.push_back(*server);
  } while (!servers.empty());
  if (out.servers.size() > 1 && out.cluster.empty())
    return wrong(
        "several servers are the shards of a cluster: add ?cluster=NAME, as their configuration names it");
  return out;
}

}  // namespace bartizan::store
