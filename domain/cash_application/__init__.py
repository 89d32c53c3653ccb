"""Cash application: bank lines and remittance advices, matched to the invoices that they pay."""
