// mktdt00.txt as tests write it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "feedhandlers/sse/mktdt_reader.h"

namespace indexcast::sse::test {

// One share. Prices as text, e.g. "17.580".
struct FileShare {
  std::string code = "600031";
  std::string last = "22.490";
  std::string close = "";
  std::string pre_close = "22.620";
  std::string volume = "13525780";
  std::string phase = "T111";
  std::string time = "09:53:50.610";
  std::string stream = "MD002";
};

inline std::string padded(std::string_view text, const MktdtField& field) {
  const std::size_t blanks = field.width - std::min(field.width, text.size());
  const std::string pad(blanks, ' ');
  return field.type == MktdtType::number ? pad + std::string(text) : std::string(text) + pad;
}

inline std::string line_of(const FileShare& share) {
  std::string line;
  for (const MktdtField& field : fields_of(kind_of(share.stream + "|"))) {
    std::string text = field.type == MktdtType::number ? (field.places == 3 ? "0.000" : "0") : "";
    if (field.name == "MDStreamID") text = share.stream;
    if (field.name == "SecurityID") text = share.code;
    if (field.name == "Symbol") text = "SANY";
    if (field.name == "TradeVolume") text = share.volume;
    if (field.name == "TotalValueTraded") text = "305865262.00";
    if (field.name == "PreClosePx") text = share.pre_close;
    if (field.name == "TradePrice") text = share.last;
    if (field.name == "ClosePx") text = share.close;
    if (field.name == "TradingPhaseCode") text = share.phase;
    if (field.name == "Timestamp") text = share.time;
    if (!line.empty()) line += '|';
    line += padded(text, field);
  }
  return line;
}

// A whole file with a right length and checksum.
inline std::string file_of(const std::vector<FileShare>& shares,
                           const std::string& stamp = "20260114-09:53:51.220",
                           const std::string& status = "T11") {
  std::string body;
  for (const FileShare& share : shares) body += line_of(share) + '\n';
  char head[90];
  const auto length = 82 - kMktdtBeforeBody + body.size() + 12;
  std::snprintf(head, sizeof head, "HEADER|MTP1.00 |%10zu|%5zu|        |XSHG01|%s|0|%-8s\n", length,
                shares.size(), stamp.c_str(), status.c_str());
  std::string file = head + body + "TRAILER|";
  unsigned sum = 0;
  for (const char c : file) sum += static_cast<unsigned char>(c);
  std::snprintf(head, sizeof head, "%03u\n", sum % 256);
  return file + head;
}

}  // namespace indexcast::sse::test
