#include "server/config/definition_writer.h"

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "calc/decimal.h"
#include "server/config/codec.h"
#include "server/config/definition_file.h"

namespace indexcast::server {
namespace {

namespace fs = std::filesystem;

constexpr int kPricePlacesMin = 2;
constexpr int kRatePlacesMin = 5;

// As few places as the value needs, but at least so many.
std::string at_least(Int128 raw, int places, int places_min) {
  std::string text = format_decimal(raw, places);
  const auto point = text.size() - static_cast<std::size_t>(places) - 1;
  const auto shortest = point + 1 + static_cast<std::size_t>(places_min);
  const auto last = text.find_last_not_of('0');
  text.resize(std::max(last + 1, shortest));
  return text;
}

std::string price_text(Price price) {
  return at_least(price.raw, Price::kDecimals, kPricePlacesMin);
}

// A TOML basic string.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

std::string toml_key(const std::string& key) {
  return std::ranges::all_of(key, is_plain) ? key : toml_string(key);
}

std::string comments(const std::string& notes) {
  std::string out;
  for (const std::string_view line : std::vector<std::string>(absl::StrSplit(notes, '\n')))
    out += line.empty() ? "#\n" : fmt::format("# {}\n", line);
  return out;
}

bool move_pair(const fs::path& from, const fs::path& to, const std::string& code) {
  std::error_code error;
  for (const char* suffix : {".csv", ".toml"}) {
    fs::rename(from / (code + suffix), to / (code + suffix), error);
    if (error) return false;
  }
  return true;
}

bool write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  return out.good();
}

}  // namespace

std::string definition_head_text(const IndexDefinition& definition, const std::string& members_file,
                                 const std::string& notes) {
  std::string out = notes.empty() ? "" : comments(notes);
  const auto line = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{} = {}\n", key, value);
  };
  line("code", toml_string(definition.code));
  line("name", toml_string(definition.name));
  line("currency", toml_string(definition.currency));
  line("decimals", std::to_string(definition.decimals));
  line("version", std::to_string(definition.version));
  line("effective_date", toml_string(DateText{}.format(definition.effective_date)));
  line("divisor", toml_string(DivisorText{}.format(definition.divisor)));
  line("previous_close",
       toml_string(format_decimal(definition.previous_close.raw, definition.decimals)));
  line("members", toml_string(members_file));
  line("provenance", toml_string(definition.provenance));
  if (definition.bid_ask) line("bid_ask", "true");
  if (!definition.close_fx.empty()) out += "\n[close_fx]\n";
  for (const auto& [currency, rate] : definition.close_fx)
    line(toml_key(currency), toml_string(at_least(rate.raw, FxRate::kDecimals, kRatePlacesMin)));
  if (!definition.fx_series.empty()) out += "\n[fx_series]\n";
  for (const auto& [currency, series] : definition.fx_series)
    line(toml_key(currency), toml_string(series));
  return out;
}

std::string definition_members_text(const IndexDefinition& definition) {
  std::string out =
      "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price\n";
  for (const Member& member : definition.members) {
    out += fmt::format(
        "{},{},{},{},{},{},{},{}\n", member.symbol(), member.name(), member.currency(),
        format_trimmed(member.calculation_shares.raw, CalculationShares::kDecimals),
        format_trimmed(member.cap_factor.raw, CapFactor::kDecimals), price_text(member.close),
        price_text(member.base_price), price_text(member.reference_price));
  }
  return out;
}

absl::StatusOr<std::string> write_definition(const IndexDefinition& definition,
                                             const std::string& folder, const std::string& notes) {
  const std::string& code = definition.code;
  const fs::path trial = fs::path(folder) / ("." + code + ".new");
  const auto refuse = [&](std::string_view what) {
    std::error_code ignored;
    fs::remove_all(trial, ignored);
    return absl::UnavailableError(fmt::format("{}: {}", folder, what));
  };
  if (!std::ranges::all_of(code, is_plain))
    return absl::InvalidArgumentError(fmt::format(
        "{}:1:code: {} cannot name a file: letters, digits, - and _", definition.source, code));
  std::error_code error;
  fs::create_directories(trial, error);
  if (error || !write_text(trial / (code + ".csv"), definition_members_text(definition)) ||
      !write_text(trial / (code + ".toml"), definition_head_text(definition, code + ".csv", notes)))
    return refuse("cannot be written");
  const auto loaded = load_definition((trial / (code + ".toml")).string());
  if (!loaded.ok()) {
    fs::remove_all(trial, error);
    return loaded.status();
  }
  if (!move_pair(trial, folder, code)) return refuse("cannot be written");
  fs::remove_all(trial, error);
  return (fs::path(folder) / (code + ".toml")).string();
}

}  // namespace indexcast::server
