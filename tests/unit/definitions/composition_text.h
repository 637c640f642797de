// Small composition files in both formats, written line by line so that a test can change one of
// them.
#pragma once

#include <absl/strings/str_replace.h>

#include <string>

namespace indexcast::server::test {

inline std::string shanghai_file() {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<SSEPortfolioCompositionFile>
 <FundInstrumentID>510050</FundInstrumentID>
 <CreationRedemptionUnit>900000</CreationRedemptionUnit>
 <TradingDay>20250402</TradingDay>
 <PreTradingDay>20250401</PreTradingDay>
 <NAVperCU>2732243.64</NAVperCU>
 <NAV>3.0358</NAV>
 <EstimatedCashComponent>-0.64000</EstimatedCashComponent>
 <RecordNumber>2</RecordNumber>
 <ComponentList>
  <Component>
   <InstrumentID>600028</InstrumentID>
   <InstrumentName>中国石化</InstrumentName>
   <Quantity>4100</Quantity>
   <SubstitutionFlag>1</SubstitutionFlag>
   <CreationPremiumRate>0.34000</CreationPremiumRate>
   <UnderlyingSecurityID>101</UnderlyingSecurityID>
  </Component>
  <Component>
   <InstrumentID>AAPL</InstrumentID>
   <Quantity>10</Quantity>
   <SubstitutionFlag>2</SubstitutionFlag>
   <SubstitutionCashAmount>15000.125</SubstitutionCashAmount>
   <UnderlyingSecurityID>9999</UnderlyingSecurityID>
  </Component>
 </ComponentList>
</SSEPortfolioCompositionFile>
)";
}

inline std::string shenzhen_file() {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<PCFFile xmlns="http://ts.szse.cn/Fund">
 <Version>1.0</Version>
 <SecurityID>159099</SecurityID>
 <SecurityIDSource>102</SecurityIDSource>
 <Symbol>示例跨境</Symbol>
 <CreationRedemptionUnit>500000.00</CreationRedemptionUnit>
 <EstimateCashComponent>-321.45</EstimateCashComponent>
 <TotalRecordNum>2</TotalRecordNum>
 <TradingDay>20250402</TradingDay>
 <PreTradingDay>20250401</PreTradingDay>
 <NAVperCU>520500.00</NAVperCU>
 <NAV>1.0410</NAV>
 <DividendPerCU>1500.00</DividendPerCU>
 <Components>
  <Component>
   <UnderlyingSecurityID>700</UnderlyingSecurityID>
   <UnderlyingSecurityIDSource>103</UnderlyingSecurityIDSource>
   <UnderlyingSymbol>腾讯控股</UnderlyingSymbol>
   <SubstituteFlag>1</SubstituteFlag>
   <ComponentShare>400.50</ComponentShare>
  </Component>
  <Component>
   <UnderlyingSecurityID>159900</UnderlyingSecurityID>
   <UnderlyingSecurityIDSource>102</UnderlyingSecurityIDSource>
   <SubstituteFlag>2</SubstituteFlag>
   <CreationCashSubstitute>443500.1234</CreationCashSubstitute>
   <RedemptionCashSubstitute>0.0000</RedemptionCashSubstitute>
  </Component>
 </Components>
</PCFFile>
)";
}

// `text` with `from` replaced by `to` wherever it stands.
inline std::string with(const std::string& text, const std::string& from, const std::string& to) {
  return absl::StrReplaceAll(text, {{from, to}});
}

}  // namespace indexcast::server::test
