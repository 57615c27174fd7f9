// SPDX-License-Identifier: Apache-2.0
#include "sink/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sink/escape.h"

namespace bartizan {
namespace {

constexpr int kWidth = 1000, kLine = 26, kLabelWidth = 230, kBoxWidth = 150, kBoxHeight = 26;
constexpr std::size_t kLabelChars = 30, kBoxChars = 20;

std::string shown(std::string_view text, std::size_t chars) {
  std::string out;
  append_html(visible(text, chars), out);
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  append_html(text, out);
  return out;
}

// A group that the Tab key reaches and that says its words.
std::string group(std::string_view kind, std::string_view words, std::string_view inside) {
  const std::string text = escaped(words);
  return fmt::format(
      "<g class=\"{}\" tabindex=\"0\" role=\"img\" aria-label=\"{}\"><title>{}</title>{}</g>\n", kind, text,
      text, inside);
}

std::string figure(std::string_view title, int height, std::string_view inside) {
  return fmt::format(
      "<figure><figcaption>{}</figcaption><div class=\"figure\"><svg viewBox=\"0 0 {} {}\" width=\"{}\" "
      "height=\"{}\" role=\"group\" aria-label=\"{}\">\n{}</svg></div></figure>\n",
      escaped(title), kWidth, height, kWidth, height, escaped(title), inside);
}

struct Node {
  int column = 0, row = 0;
  int x() const { return 20 + column * 270; }
  int y() const { return 24 + row * 62; }
};

// Columns by the order in which edges reach the nodes; an edge back to an earlier node moves nothing.
std::map<std::string, Node> placed(const std::vector<GraphEdge>& edges) {
  std::map<std::string, Node> nodes;
  std::vector<int> rows;
  const auto place = [&](const std::string& name, int column) {
    if (nodes.contains(name)) return;
    column = std::min(column, 24);
    if (rows.size() <= static_cast<std::size_t>(column)) rows.resize(static_cast<std::size_t>(column) + 1);
    nodes[name] = {column, rows[static_cast<std::size_t>(column)]++};
  };
  for (const GraphEdge& edge : edges) {
    place(edge.from, 0);
    place(edge.to, nodes[edge.from].column + 1);
  }
  return nodes;
}

std::string drawn(const GraphEdge& edge, const Node& from, const Node& to) {
  const bool ahead = to.column > from.column;
  const int x1 = from.x() + (ahead ? kBoxWidth : kBoxWidth / 2),
            y1 = from.y() + (ahead ? kBoxHeight / 2 : kBoxHeight);
  const int x2 = to.x() + (ahead ? 0 : kBoxWidth / 2), y2 = to.y() + (ahead ? kBoxHeight / 2 : kBoxHeight);
  const int bend = ahead ? 60 : 0, drop = ahead ? 0 : 40;
  const std::string inside = fmt::format(
      "<path d=\"M{} {}C{} {} {} {} {} {}\" marker-end=\"url(#{})\"/><text x=\"{}\" y=\"{}\" "
      "text-anchor=\"middle\">{}</text>",
      x1, y1, x1 + bend, y1 + drop, x2 - bend, y2 + drop, x2, y2, edge.stands_out ? "odd-end" : "end",
      (x1 + x2) / 2, (y1 + y2) / 2 + (ahead ? -6 : 34), shown(edge.label, kBoxChars));
  return group(edge.stands_out ? "edge odd" : "edge", edge.words, inside);
}

std::string axis(Instant from, Instant to, int height) {
  constexpr std::int64_t kHour = 3600 * kTicksPerSecond;
  const std::size_t chars = to.ticks - from.ticks < kHour ? 19 : 16;  // with seconds
  std::string out;
  for (int i = 0; i <= 4; ++i) {
    const int x = kLabelWidth + (kWidth - kLabelWidth - 30) * i / 4;
    const Instant at{from.ticks + (to.ticks - from.ticks) / 4 * i};
    out += fmt::format(
        "<line class=\"axis\" x1=\"{0}\" y1=\"22\" x2=\"{0}\" y2=\"{1}\"/><text class=\"axis\" x=\"{0}\" "
        "y=\"14\" text-anchor=\"{3}\">{2}</text>\n",
        x, height, format_instant(at).substr(0, chars), i == 4 ? "end" : "middle");
  }
  return out;
}

}  // namespace

std::string render_graph(std::string_view title, const std::vector<GraphEdge>& edges) {
  if (edges.empty()) return {};
  const std::map<std::string, Node> nodes = placed(edges);
  std::string inside =
      "<defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
      "markerHeight=\"8\" "
      "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#0072b2\"/></marker><marker id=\"odd-end\" "
      "viewBox=\"0 0 8 8\" "
      "refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" "
      "fill=\"#d55e00\"/></marker></defs>\n";
  int height = 0, width = kWidth;
  for (const GraphEdge& edge : edges) inside += drawn(edge, nodes.at(edge.from), nodes.at(edge.to));
  for (const auto& [name, node] : nodes) {
    height = std::max(height, node.y() + kBoxHeight + 50), width = std::max(width, node.x() + kBoxWidth + 20);
    inside += group(
        "node", name,
        fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/><text x=\"{}\" y=\"{}\" "
                    "text-anchor=\"middle\">{}</text>",
                    node.x(), node.y(), kBoxWidth, kBoxHeight, node.x() + kBoxWidth / 2, node.y() + 17,
                    shown(name, kBoxChars)));
  }
  std::string out = figure(title, height, inside);
  if (width > kWidth) {
    const std::string narrow = fmt::format("viewBox=\"0 0 {} {}\" width=\"{}\"", kWidth, height, kWidth);
    out.replace(out.find(narrow), narrow.size(),
                fmt::format("viewBox=\"0 0 {} {}\" width=\"{}\"", width, height, width));
  }
  return out;
}

std::string render_time_rows(std::string_view title, const std::vector<TimeRow>& rows) {
  if (rows.empty()) return {};
  Instant from = rows.front().from, to = rows.front().to;
  for (const TimeRow& row : rows) from = std::min(from, row.from), to = std::max(to, row.to);
  const double span = static_cast<double>(std::max<std::int64_t>(to.ticks - from.ticks, 1));
  const auto x_of = [&](Instant at) {
    return kLabelWidth +
           static_cast<int>(static_cast<double>(at.ticks - from.ticks) / span * (kWidth - kLabelWidth - 30));
  };
  const int height = 34 + kLine * static_cast<int>(rows.size());
  std::string inside = axis(from, to, height - 6);
  int y = 38;
  for (const TimeRow& row : rows) {
    const int begin = x_of(row.from), end = std::max(x_of(row.to), begin + 2);
    inside +=
        group(row.is_open ? "life open" : "life", row.words,
              fmt::format(
                  "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><line x1=\"{}\" y1=\"{}\" x2=\"{}\" "
                  "y2=\"{}\"/>",
                  kLabelWidth - 12, y + 4, shown(row.label, kLabelChars), begin, y, end, y));
    for (const TimeMark& mark : row.marks) {
      const int x = x_of(mark.time);
      const std::string shape = mark.stands_out
                                    ? fmt::format("<path d=\"M{} {}l7 7l-7 7l-7 -7z\"/>", x, y - 7)
                                    : fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"5\"/>", x, y);
      inside += group(mark.stands_out ? "mark odd" : "mark", mark.words, shape);
    }
    y += kLine;
  }
  return figure(title, height, inside);
}

std::string render_count_bars(std::string_view title, const std::vector<CountBar>& bars) {
  if (bars.empty()) return {};
  std::uint64_t most = 1;
  for (const CountBar& bar : bars) most = std::max(most, bar.count);
  std::string inside;
  int y = 18;
  for (const CountBar& bar : bars) {
    const int width = std::max(2, static_cast<int>(static_cast<double>(bar.count) /
                                                   static_cast<double>(most) * (kWidth - kLabelWidth - 110)));
    inside +=
        group("bar", bar.words,
              fmt::format(
                  "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect x=\"{}\" y=\"{}\" width=\"{}\" "
                  "height=\"14\"/><text x=\"{}\" y=\"{}\">{}</text>",
                  kLabelWidth - 12, y + 4, shown(bar.label, kLabelChars), kLabelWidth, y - 7, width,
                  kLabelWidth + width + 8, y + 4, bar.count));
    y += kLine;
  }
  return figure(title, y, inside);
}

}  // namespace bartizan
