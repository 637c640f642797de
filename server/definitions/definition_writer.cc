#include "server/definitions/definition_writer.h"

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "calc/decimal.h"
#include "server/definitions/definition_file.h"
#include "server/settings/codec.h"

namespace indexcast::server {
namespace {

namespace fs = std::filesystem;

constexpr int kPricePlacesMin = 2;
constexpr int kRatePlacesMin = 5;
// 10 % is a whole number of basis points.
constexpr int kTaxPlaces = 2;

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

bool write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  return out.good();
}

// Beside the members' file.
std::string dividends_file(const std::string& members_file) {
  return fs::path(members_file).stem().string() + ".dividends.csv";
}

std::string total_return_text(const IndexDefinition& definition, const TotalReturn& total,
                              const std::string& members_file) {
  std::string out = fmt::format(
      "\n[total_return]\nkind = \"{}\"\nprice_index = {}\nprice_previous_close = \"{}\"\n",
      total.kind == ReturnKind::net ? "net" : "gross", toml_string(total.price_index),
      format_decimal(total.price_previous_close.raw, definition.decimals));
  if (!total.dividends.empty())
    out += fmt::format("dividends = {}\n", toml_string(dividends_file(members_file)));
  return out;
}

std::string rates_text(std::string_view table, const std::map<std::string, FxRate>& rates) {
  std::string out = rates.empty() ? "" : fmt::format("\n[{}]\n", table);
  for (const auto& [currency, rate] : rates)
    out += fmt::format("{} = {}\n", toml_key(currency),
                       toml_string(at_least(rate.raw, FxRate::kDecimals, kRatePlacesMin)));
  return out;
}

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// The files by name, in the order in which they take their places.
NamedTexts texts_of(const IndexDefinition& definition, const std::string& notes,
                    const std::string& name) {
  const std::string members = name + ".csv";
  NamedTexts out;
  if (definition.total_return && !definition.total_return->dividends.empty())
    out.emplace_back(dividends_file(members), definition_dividends_text(*definition.total_return));
  out.emplace_back(members, definition_members_text(definition));
  out.emplace_back(name + ".toml", definition_head_text(definition, members, notes));
  return out;
}

bool write_texts(const fs::path& folder, const NamedTexts& texts) {
  return std::ranges::all_of(
      texts, [&](const auto& named) { return write_text(folder / named.first, named.second); });
}

bool move_files(const fs::path& from, const fs::path& to, const NamedTexts& texts) {
  return std::ranges::all_of(texts, [&](const auto& named) {
    std::error_code error;
    fs::rename(from / named.first, to / named.first, error);
    return !error;
  });
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
  const auto& total = definition.total_return;
  line("divisor",
       toml_string(DivisorText{}.format(total ? total->price_divisor : definition.divisor)));
  line("previous_close",
       toml_string(format_decimal(definition.previous_close.raw, definition.decimals)));
  line("members", toml_string(members_file));
  line("provenance", toml_string(definition.provenance));
  if (definition.bid_ask) line("bid_ask", "true");
  if (definition.fx_in_divisor) line("fx_in_divisor", "true");
  out += rates_text("close_fx", definition.close_fx);
  out += rates_text("day_fx", definition.day_fx);
  if (!definition.fx_series.empty()) out += "\n[fx_series]\n";
  for (const auto& [currency, series] : definition.fx_series)
    line(toml_key(currency), toml_string(series));
  if (total) out += total_return_text(definition, *total, members_file);
  return out;
}

std::string definition_dividends_text(const TotalReturn& total) {
  std::string out = "symbol,currency,cash_per_share,index_shares,tax_percent\n";
  for (const Dividend& dividend : total.dividends) {
    out += fmt::format("{},{},{},{},{}\n", dividend.symbol, dividend.currency,
                       price_text(dividend.per_share),
                       format_trimmed(dividend.shares.raw, IndexShares::kDecimals),
                       dividend.tax_bp == 0 ? "" : format_decimal(dividend.tax_bp, kTaxPlaces));
  }
  return out;
}

std::string definition_members_text(const IndexDefinition& definition) {
  const bool suspended = std::ranges::any_of(definition.members, &Member::suspended);
  std::string out =
      "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price";
  out += suspended ? ",suspended\n" : "\n";
  for (const Member& member : definition.members) {
    out += fmt::format(
        "{},{},{},{},{},{},{},{}{}\n", member.symbol(), member.name(), member.currency(),
        format_trimmed(member.calculation_shares.raw, CalculationShares::kDecimals),
        format_trimmed(member.cap_factor.raw, CapFactor::kDecimals), price_text(member.close),
        price_text(member.base_price), price_text(member.reference_price),
        !suspended         ? ""
        : member.suspended ? ",true"
                           : ",false");
  }
  return out;
}

absl::StatusOr<std::string> write_definition(const IndexDefinition& definition,
                                             const std::string& folder, const std::string& notes,
                                             const std::string& named) {
  const std::string& name = named.empty() ? definition.code : named;
  const fs::path trial = fs::path(folder) / ("." + name + ".new");
  const auto refuse = [&](std::string_view what) {
    std::error_code ignored;
    fs::remove_all(trial, ignored);
    return absl::UnavailableError(fmt::format("{}: {}", folder, what));
  };
  if (!std::ranges::all_of(name, is_plain))
    return absl::InvalidArgumentError(fmt::format(
        "{}:1:code: {} cannot name a file: letters, digits, - and _", definition.source, name));
  const NamedTexts texts = texts_of(definition, notes, name);
  std::error_code error;
  fs::create_directories(trial, error);
  if (error || !write_texts(trial, texts)) return refuse("cannot be written");
  const auto loaded = load_definition((trial / (name + ".toml")).string());
  if (!loaded.ok()) {
    fs::remove_all(trial, error);
    return loaded.status();
  }
  if (!move_files(trial, folder, texts)) return refuse("cannot be written");
  fs::remove_all(trial, error);
  return (fs::path(folder) / (name + ".toml")).string();
}

}  // namespace indexcast::server
