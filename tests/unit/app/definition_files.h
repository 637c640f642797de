// Definitions of one member, as files of a temporary folder.
#pragma once

#include <string>

#include "tests/support/temporary_folder.h"

namespace indexcast::server {

struct OneMember {
  std::string code = "A";
  int version = 1;
  std::string day = "2025-04-02";
  std::string symbol = "03896.HK";
  std::string price = "1";
  std::string shares = "1";
  std::string rate = "0.92310";
  std::string series = "HKDCNY";
};

// Writes NAME.toml and NAME.csv; returns the head's path. At the price of 1 the level is 1.
inline std::string write_definition(const TemporaryFolder& folder, const std::string& name,
                                    const OneMember& of) {
  folder.write(name + ".csv",
               "symbol,name,currency,calculation_shares,cap_factor,close,base_price,"
               "reference_price\n" +
                   of.symbol + ",n,HKD," + of.shares + ",1," + of.price + "," + of.price + "," +
                   of.price + "\n");
  return folder.write(
      name + ".toml",
      "code = \"" + of.code + "\"\nname = \"n\"\ncurrency = \"CNY\"\ndecimals = 0\nversion = " +
          std::to_string(of.version) + "\neffective_date = \"" + of.day + "\"\ndivisor = \"" +
          of.rate + "\"\nprevious_close = \"1\"\nmembers = \"" + name +
          ".csv\"\nprovenance = \"p\"\n[close_fx]\nHKD = \"" + of.rate +
          "\"\n[fx_series]\nHKD = \"" + of.series + "\"\n");
}

}  // namespace indexcast::server
