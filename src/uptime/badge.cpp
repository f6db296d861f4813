/// The badge: SVG as text.

#include <array>

#include "kbve/core/bytes.hpp"
#include "kbve/uptime/uptime.hpp"

namespace kbve::uptime {
namespace {

constexpr std::size_t most_characters = 64;
constexpr std::size_t most_label_bytes = 1'024;
constexpr std::uint32_t height = 20;
constexpr std::uint32_t padding = 6;

struct look {
  std::string_view colour;
  std::string_view word;
};

/// White on each of these has a contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3).
look look_of(health of) noexcept {
  switch (of) {
    case health::up: return {.colour = "#1b7f3b", .word = "up"};
    case health::degraded: return {.colour = "#8a5a00", .word = "degraded"};
    case health::down: return {.colour = "#b3261e", .word = "down"};
    case health::unknown: break;
  }
  return {.colour = "#5f6368", .word = "unknown"};
}

std::string_view span_of(window which) noexcept {
  switch (which) {
    case window::hour: return "an hour";
    case window::day: return "24 hours";
    case window::month: return "30 days";
  }
  return "";
}

/// At most `most_characters` characters, none of them a control character, in well-formed UTF-8.
std::string plain(std::string_view text) {
  std::string out;
  if (!is_utf8(text)) return out;
  std::size_t characters = 0;
  for (const char c : text.substr(0, most_label_bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins = (byte & 0xC0U) != 0x80U;
    if (begins && ++characters > most_characters) break;
    // XML has no form for most of them, escaped or not.
    if (byte < 0x20 || byte == 0x7F) continue;
    out.push_back(c);
  }
  while (!is_utf8(out)) out.pop_back();
  // U+FFFE and U+FFFF are no characters of XML either.
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = out.find(none); at != std::string::npos; at = out.find(none)) out.erase(at, none.size());
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

/// Pixels a text takes at 11 px in a font like Verdana. Near is enough: `textLength` makes it fit.
std::uint32_t width_of(std::string_view text) noexcept {
  std::uint32_t tenths = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;
    constexpr std::string_view narrow = "ijlft.,:;'|!()[] ";
    constexpr std::string_view wide = "mwMW%@";
    if (byte >= 0x80) {
      tenths += 100;
    } else if (narrow.contains(c)) {
      tenths += 42;
    } else {
      tenths += wide.contains(c) ? 105 : 70;
    }
  }
  return tenths / 10 + 1;
}

/// "99.98 %". Never rounded up to a hundred: an outage stays to be seen.
std::string percent(double ratio) {
  const auto parts = static_cast<std::uint32_t>(ratio * 10'000);
  std::string out = std::to_string(parts / 100);
  if (parts % 100 != 0) out += "." + std::string(parts % 100 < 10 ? "0" : "") + std::to_string(parts % 100);
  return out + " %";
}

std::string number(std::uint32_t value) {
  return std::to_string(value);
}

std::string text_at(std::uint32_t left, std::uint32_t width, std::string_view text) {
  return "<text x=\"" + number(left) + "\" y=\"14\" textLength=\"" + number(width) +
         "\" lengthAdjust=\"spacingAndGlyphs\">" + escaped(text) + "</text>";
}

}  // namespace

std::string badge_svg(const state& of, const badge& how, std::uint64_t now) {
  const look shown = look_of(of.shown(now));
  const summary found = of.over(how.over, now);
  std::string label = plain(how.label);
  if (label.empty()) label = "uptime";
  std::string value(shown.word);
  std::string spoken = label + ": " + value;
  if (found.ratio) {
    value += " " + percent(*found.ratio);
    spoken += ", " + percent(*found.ratio) + " in " + std::string(span_of(how.over));
  }
  const std::uint32_t left = width_of(label);
  const std::uint32_t right = width_of(value);
  const std::uint32_t first = left + 2 * padding;
  const std::uint32_t whole = first + right + 2 * padding;
  const std::string name = escaped(spoken);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(whole) + "\" height=\"" +
                    number(height) + "\" viewBox=\"0 0 " + number(whole) + " " + number(height) +
                    "\" role=\"img\" aria-label=\"" + name + "\"><title>" + name + "</title>";
  out += "<rect width=\"" + number(whole) + "\" height=\"" + number(height) + "\" rx=\"3\" fill=\"#3c4043\"/>";
  // Rounded on its right side alone.
  out += "<path d=\"M" + number(first) + " 0h" + number(whole - first - 3) + "a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H" +
         number(first) + "z\" fill=\"" + std::string(shown.colour) + "\"/>";
  out += "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\" aria-hidden=\"true\">";
  out += text_at(padding, left, label) + text_at(first + padding, right, value);
  return out + "</g></svg>";
}

}  // namespace kbve::uptime
