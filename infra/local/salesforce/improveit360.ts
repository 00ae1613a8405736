import type { FieldDefinition, ObjectDefinition } from './org.ts';

const text = (name: string, label: string): FieldDefinition => ({ name, label, type: 'string' });
const phone = (name: string, label: string): FieldDefinition => ({ name, label, type: 'phone' });
const checkbox = (name: string, label: string): FieldDefinition => ({ name, label, type: 'boolean' });
const lookup = (name: string, label: string, ...referenceTo: string[]): FieldDefinition => ({
  name,
  label,
  type: 'reference',
  referenceTo,
});

/** ImproveIt 360 Classic: prospects, their lead sources and appointments, with consent fields of the customer's own. */
export const CLASSIC: readonly ObjectDefinition[] = [
  {
    name: 'i360__Prospect__c',
    label: 'Prospect',
    keyPrefix: 'a0P',
    fields: [
      text('i360__Primary_First_Name__c', 'Primary First Name'),
      text('i360__Primary_Last_Name__c', 'Primary Last Name'),
      phone('i360__Home_Phone__c', 'Home Phone'),
      phone('i360__Primary_Mobile_Phone__c', 'Primary Mobile Phone'),
      checkbox('SMS_Opt_In__c', 'SMS Opt In'),
      checkbox('SMS_Marketing__c', 'SMS Marketing'),
      text('Preferred_Channel__c', 'Preferred Channel'),
      { ...checkbox('Is_Textable__c', 'Is Textable'), updateable: false },
      { ...checkbox('Guarded__c', 'Guarded by a workflow'), dropsWrites: true },
      { ...checkbox('Hidden_Opt_In__c', 'Hidden'), hidden: true },
    ],
  },
  {
    name: 'i360__Lead_Source__c',
    label: 'Lead Source',
    keyPrefix: 'a0L',
    fields: [
      lookup('i360__Prospect__c', 'Prospect', 'i360__Prospect__c'),
      text('i360__Source_Type__c', 'Source Type'),
      checkbox('SMS_Opt_In__c', 'SMS Opt In'),
    ],
  },
  {
    name: 'i360__Appointment__c',
    label: 'Appointment',
    keyPrefix: 'a0A',
    fields: [lookup('i360__Prospect__c', 'Prospect', 'i360__Prospect__c'), checkbox('Text_Me__c', 'Text Me')],
  },
];

/** ImproveIt 360 Lightning: eLeads beside accounts and contacts; no prospect. */
export const LIGHTNING: readonly ObjectDefinition[] = [
  {
    name: 'i360core__eLead__c',
    label: 'eLead',
    keyPrefix: 'a1E',
    fields: [
      text('i360core__First_Name__c', 'First Name'),
      text('i360core__Last_Name__c', 'Last Name'),
      phone('i360core__Phone__c', 'Phone'),
      text('i360core__Source__c', 'Source'),
      lookup('i360core__Contact__c', 'Contact', 'Contact'),
      checkbox('SMS_Opt_In__c', 'SMS Opt In'),
    ],
  },
  {
    name: 'Account',
    label: 'Account',
    keyPrefix: '001',
    fields: [phone('Phone', 'Account Phone'), checkbox('SMS_Opt_In__c', 'SMS Opt In')],
  },
  {
    name: 'Contact',
    label: 'Contact',
    keyPrefix: '003',
    fields: [
      lookup('AccountId', 'Account', 'Account'),
      phone('Phone', 'Business Phone'),
      phone('MobilePhone', 'Mobile Phone'),
      checkbox('SMS_Opt_In__c', 'SMS Opt In'),
    ],
  },
  {
    name: 'i360core__Lead_Source__c',
    label: 'Lead Source',
    keyPrefix: 'a1L',
    fields: [lookup('i360core__Account__c', 'Account', 'Account'), checkbox('SMS_Opt_In__c', 'SMS Opt In')],
  },
];
