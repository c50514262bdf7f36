/**
 * Microsoft's names for school licenses, by their part numbers. Graph knows only part numbers; the names are in the
 * admin center and on invoices (Microsoft's list "Product names and service plan identifiers for licensing").
 */
const products: Record<string, string> = {
  STANDARDWOFFPACK_STUDENT: 'Office 365 A1 for students',
  STANDARDWOFFPACK_FACULTY: 'Office 365 A1 for faculty',
  STANDARDWOFFPACK_IW_STUDENT: 'Office 365 A1 Plus for students',
  STANDARDWOFFPACK_IW_FACULTY: 'Office 365 A1 Plus for faculty',
  ENTERPRISEPACKPLUS_STUDENT: 'Office 365 A3 for students',
  ENTERPRISEPACKPLUS_FACULTY: 'Office 365 A3 for faculty',
  ENTERPRISEPREMIUM_STUDENT: 'Office 365 A5 for students',
  ENTERPRISEPREMIUM_FACULTY: 'Office 365 A5 for faculty',
  M365EDU_A1: 'Microsoft 365 A1',
  M365EDU_A3_STUDENT: 'Microsoft 365 A3 for students',
  M365EDU_A3_FACULTY: 'Microsoft 365 A3 for faculty',
  M365EDU_A3_STUUSEBNFT: 'Microsoft 365 A3 student use benefits',
  M365EDU_A5_STUDENT: 'Microsoft 365 A5 for students',
  M365EDU_A5_FACULTY: 'Microsoft 365 A5 for faculty',
  M365EDU_A5_STUUSEBNFT: 'Microsoft 365 A5 student use benefits',
  OFFICESUBSCRIPTION_STUDENT: 'Microsoft 365 Apps for students',
  OFFICESUBSCRIPTION_FACULTY: 'Microsoft 365 Apps for faculty',
  EMS_EDU_FACULTY: 'Enterprise Mobility + Security A3 for faculty',
  MEE_STUDENT: 'Minecraft Education for students',
  MEE_FACULTY: 'Minecraft Education for faculty',
};

/** Undefined for a part number that is not a school license. */
export function productName(skuPartNumber: string): string | undefined {
  return Object.hasOwn(products, skuPartNumber) ? products[skuPartNumber] : undefined;
}
