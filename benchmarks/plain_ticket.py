"""The model of the page benchmark: a ticket with 60 fields, written by hand."""
# ruff: noqa: N815 - the names of the API

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class BoardReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceStatusReference(BaseModel):
    id: int | None = None
    name: str | None = None
    sort: int | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class WorkRoleReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class WorkTypeReference(BaseModel):
    id: int | None = None
    name: str | None = None
    utilizationFlag: bool | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class CompanyReference(BaseModel):
    id: int | None = None
    identifier: str | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class SiteReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class CountryReference(BaseModel):
    id: int | None = None
    identifier: str | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ContactReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceTypeReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceSubTypeReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceItemReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceTeamReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class MemberReference(BaseModel):
    id: int | None = None
    identifier: str | None = None
    name: str | None = None
    dailyCapacity: float | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class PriorityReference(BaseModel):
    id: int | None = None
    name: str | None = None
    sort: int | None = None
    level: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceLocationReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class ServiceSourceReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class OpportunityReference(BaseModel):
    id: int | None = None
    name: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class AgreementReference(BaseModel):
    id: int | None = None
    name: str | None = None
    type: str | None = None
    chargeFirmFlag: bool | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")


class CustomFieldValue(BaseModel):
    id: int | None = None
    caption: str | None = None
    type: str | None = None
    entryMethod: str | None = None
    numberOfDecimals: int | None = None
    value: Any = None
    connectWiseId: str | None = None
    rowNum: int | None = None
    userDefinedFieldRecId: int | None = None
    podId: str | None = None


class Ticket(BaseModel):
    id: int | None = None
    summary: str | None = None
    recordType: str | None = None
    board: BoardReference | None = None
    status: ServiceStatusReference | None = None
    workRole: WorkRoleReference | None = None
    workType: WorkTypeReference | None = None
    company: CompanyReference | None = None
    site: SiteReference | None = None
    siteName: str | None = None
    addressLine1: str | None = None
    city: str | None = None
    stateIdentifier: str | None = None
    zip: str | None = None
    country: CountryReference | None = None
    contact: ContactReference | None = None
    contactName: str | None = None
    contactPhoneNumber: str | None = None
    contactEmailAddress: str | None = None
    type: ServiceTypeReference | None = None
    subType: ServiceSubTypeReference | None = None
    item: ServiceItemReference | None = None
    team: ServiceTeamReference | None = None
    owner: MemberReference | None = None
    priority: PriorityReference | None = None
    serviceLocation: ServiceLocationReference | None = None
    source: ServiceSourceReference | None = None
    requiredDate: datetime | None = None
    budgetHours: float | None = None
    opportunity: OpportunityReference | None = None
    agreement: AgreementReference | None = None
    severity: str | None = None
    impact: str | None = None
    externalXRef: str | None = None
    poNumber: str | None = None
    automaticEmailContactFlag: bool | None = None
    automaticEmailResourceFlag: bool | None = None
    automaticEmailCcFlag: bool | None = None
    closedDate: datetime | None = None
    closedBy: str | None = None
    closedFlag: bool | None = None
    actualHours: float | None = None
    approved: bool | None = None
    estimatedExpenseCost: float | None = None
    estimatedExpenseRevenue: float | None = None
    estimatedTimeCost: float | None = None
    dateResolved: datetime | None = None
    dateResplan: datetime | None = None
    dateResponded: datetime | None = None
    resolveMinutes: int | None = None
    resPlanMinutes: int | None = None
    respondMinutes: int | None = None
    isInSla: bool | None = None
    resources: str | None = None
    hasChildTicket: bool | None = None
    billTime: str | None = None
    billExpenses: str | None = None
    billProducts: str | None = None
    info: dict[str, str] | None = Field(default=None, alias="_info")
    customFields: list[CustomFieldValue] | None = None
